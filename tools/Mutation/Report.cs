using System.Globalization;
using System.Text;

namespace KcpTun.Mutation;

/// <summary>docs/mutation.md.</summary>
internal static class Report
{
    /// <summary>Share of mutants that has to be found in each folder.</summary>
    public const double Least = 0.85;

    /// <summary>Writes it.</summary>
    /// <returns>What is wrong: folders below the limit, survivors without an explanation.</returns>
    public static IReadOnlyList<string> Write(
        IReadOnlyList<Mutant> mutants, IReadOnlyDictionary<string, string?> killers, int percent)
    {
        IReadOnlyDictionary<string, string> explanations = Explanations();
        List<string> problems = [];
        StringBuilder text = new();
        Mutant[] tried = [.. mutants.Where(mutant => killers.ContainsKey(mutant.Key))];
        text.Append(Invariant($"""
            # Mutation testing

            Written by `dotnet run -c Release --project tools/Mutation -- --percent {percent}`, which changes the code
            in one place at a time (a bound, a sign, a condition, a number, a statement left out) and runs the tests
            that reach the place against each change. A mutant is killed if one of them fails. The mutants are
            {percent} % of all that the operators can make, chosen by a hash of what they change, so a change of the
            code elsewhere does not change the choice.

            | folder | mutants | killed | share |
            |---|---|---|---|

            """));
        foreach (IGrouping<string, Mutant> folder in tried.GroupBy(mutant => mutant.Folder))
        {
            int all = folder.Count();
            int killed = folder.Count(mutant => killers[mutant.Key] is not null);
            text.Append(Invariant($"| {folder.Key} | {all} | {killed} | {100.0 * killed / all:f1} % |\n"));
            if (killed < Least * all)
                problems.Add(Invariant($"{folder.Key}: {killed} of {all} killed"));
        }

        text.Append("\n## Survivors\n\n| mutant | why no test can or need tell |\n|---|---|\n");
        foreach (Mutant mutant in tried.Where(mutant => killers[mutant.Key] is null))
        {
            if (!explanations.TryGetValue(mutant.Key, out string? reason))
            {
                problems.Add($"not explained: {mutant.Key}");
                reason = "**not explained**";
            }

            text.Append(Invariant($"| {Code(mutant)} | {reason} |\n"));
        }

        text.Append("\n## Killed\n\n| mutant | by |\n|---|---|\n");
        foreach (Mutant mutant in tried.Where(mutant => killers[mutant.Key] is not null))
            text.Append(Invariant($"| {Code(mutant)} | {Killer(killers[mutant.Key]!)} |\n"));
        File.WriteAllText(Repository.Document, text.ToString());
        return problems;
    }

    /// <summary>One a line: the mutant's key, two blanks, the reason.</summary>
    public static IReadOnlyDictionary<string, string> Explanations() => File.ReadLines(Repository.Explanations)
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split("  ", 2))
        .ToDictionary(parts => parts[0], parts => parts[1]);

    private static string Code(Mutant mutant) =>
        $"{mutant.File[..^3]}:{mutant.Line.ToString(CultureInfo.InvariantCulture)} "
        + $"`{Cell(mutant.Original)}` → `{Cell(mutant.Replacement)}`";

    private static string Killer(string name) =>
        Cell(name.Replace("KcpTun.Conformance.", "", StringComparison.Ordinal));

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
