using System.Globalization;
using System.Text.Json;
using KcpTun.Mutation;

// dotnet run -c Release --project tools/Mutation -- [--percent N] [--survivors] [--limit SECONDS]
// --percent    share of the possible mutants [15]
// --survivors  only those that the last run did not get to, or left alive without an explanation
// --limit      stop after so many seconds, keeping what is known [none]
if (args is [Worker.Command])
    return Worker.Serve();

int percent = Option("--percent", 15);
int limit = Option("--limit", int.MaxValue);
string profileFile = Path.Combine(Repository.Work, "profile.json");
string outcomeFile = Path.Combine(Repository.Work, "outcomes.jsonl");

IReadOnlyList<Mutant> mutants = MutatedSources.Write(percent);
Console.WriteLine($"{mutants.Count} mutants");
if (!Repository.Build())
    return 1;

Dictionary<string, string?> killers = [];
if (args.Contains("--survivors") && File.Exists(outcomeFile))
{
    foreach (Outcome outcome in File.ReadLines(outcomeFile).Select(line => JsonSerializer.Deserialize<Outcome>(line)!))
        killers[outcome.Key] = outcome.Killer;
}

DateTime end = DateTime.UtcNow.AddSeconds(Math.Min(limit, 1_000_000));
TestProfile[] profiles = killers.Count > 0 && File.Exists(profileFile)
    ? JsonSerializer.Deserialize<TestProfile[]>(File.ReadAllText(profileFile))!
    : [.. new TestHost().Profile(mutants.Count)];
File.WriteAllText(profileFile, JsonSerializer.Serialize(profiles));
Console.WriteLine($"{profiles.Length} tests, {profiles.Sum(test => test.Milliseconds) / 1000:f0} s");
ILookup<int, TestProfile> byMutant = profiles.SelectMany(test => test.Met.Select(id => (id, test)))
    .ToLookup(pair => pair.id, pair => pair.test);

using (Worker worker = new())
using (StreamWriter outcomes = new(outcomeFile, append: killers.Count > 0))
{
    IReadOnlyDictionary<string, string> explained = Report.Explanations();
    foreach (Mutant mutant in mutants.Where(mutant => !killers.TryGetValue(mutant.Key, out string? killer)
        || (killer is null && !explained.ContainsKey(mutant.Key))))
    {
        if (DateTime.UtcNow > end)
            break;
        // What runs while types are loaded is met only by the test that happens to be the first.
        IEnumerable<TestProfile> candidates = mutant.IsStatic
            ? profiles.Where(test => test.Name.Contains($".{mutant.Folder}.", StringComparison.Ordinal))
            : byMutant[mutant.Id];
        TestProfile[] tests = [.. candidates.OrderBy(test => test.Milliseconds)];
        TimeSpan patience = TimeSpan.FromSeconds(20) + TimeSpan.FromMilliseconds(3 * tests.Sum(t => t.Milliseconds));
        string? found = tests.Length == 0 ? null : worker.Try(mutant, tests, patience);
        killers[mutant.Key] = found;
        outcomes.WriteLine(JsonSerializer.Serialize(new Outcome(mutant.Key, found)));
        outcomes.Flush();
        if (found is null)
            Console.WriteLine($"survives {tests.Length} tests: {mutant.Key} (line {mutant.Line})");
    }
}

IReadOnlyList<string> problems = Report.Write(mutants, killers, percent);
foreach (string problem in problems)
    Console.Error.WriteLine(problem);
return problems.Count == 0 ? 0 : 1;

int Option(string name, int otherwise)
{
    int index = Array.IndexOf(args, name);
    return index < 0 ? otherwise : int.Parse(args[index + 1], CultureInfo.InvariantCulture);
}
