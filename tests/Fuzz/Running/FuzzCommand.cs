using System.Diagnostics;
using System.Globalization;
using System.Text;
using SharpFuzz;

namespace KcpTun.Fuzz.Running;

/// <summary>The command line: replay of files, the two fuzzers, and what the script around afl needs.</summary>
internal static class FuzzCommand
{
    private const string Usage = """
        KcpTun.Fuzz --list                                   the targets and their properties
        KcpTun.Fuzz TARGET FILE|FOLDER…                      replays inputs
        KcpTun.Fuzz TARGET --random SECONDSs|RUNS [--seed N] [--keep FOLDER]
                                                             fuzzes without afl, starting from the corpus
        KcpTun.Fuzz TARGET --afl                             one input after the other, for afl-fuzz
        KcpTun.Fuzz TARGET --tokens                          the target's words as a dictionary for afl
        KcpTun.Fuzz --instrument FILE                        makes an assembly count its branches, in place
        """;

    private static string Corpus => Path.Combine(RepositoryRoot, "tests", "Fuzz", "corpus");

    private static string Findings => Path.Combine(RepositoryRoot, "artifacts", "fuzz", "findings");

    private static string RepositoryRoot
    {
        get
        {
            DirectoryInfo? directory = new(AppContext.BaseDirectory);
            while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "KcpTun.sln")))
                directory = directory.Parent;
            return directory?.FullName ?? Environment.CurrentDirectory;
        }
    }

    public static int Run(string[] arguments)
    {
        switch (arguments)
        {
            case ["--list"]:
                foreach (string name in FuzzTargets.Names)
                    Console.WriteLine($"{name,-10} {FuzzTargets.Create(name)!.Property}");
                return 0;
            case ["--instrument", string assembly]:
                int types = Fuzzer.Instrument(assembly, _ => true, Options.Value).Count();
                Console.WriteLine($"{Path.GetFileName(assembly)}: {types} types instrumented");
                return 0;
            case [string name, .. string[] rest] when rest.Length > 0 && FuzzTargets.Create(name) is { } target:
                return Run(target, rest);
            default:
                return Fail(Usage);
        }
    }

    private static int Run(FuzzTarget target, string[] arguments)
    {
        switch (arguments)
        {
            case ["--afl"]:
                Fuzzer.Run(stream => target.Check(ReadAll(stream, target.MaxLength)));
                return 0;
            case ["--tokens"]:
                for (int i = 0; i < target.Tokens.Count; i++)
                    Console.WriteLine($"t{i}=\"{Escape(target.Tokens[i])}\"");
                return 0;
            case ["--random", string amount, .. string[] options]:
                return ReadBudget(amount, options, out string? keep) is { } budget
                    ? Fuzz(target, budget, keep)
                    : Fail(Usage);
            case var files when !files.Any(file => file.StartsWith('-')):
                return Replay(target, [.. files.SelectMany(Expand)]);
            default:
                return Fail(Usage);
        }
    }

    private static int Replay(FuzzTarget target, IReadOnlyList<string> files)
    {
        int failures = 0;
        foreach (string file in files)
        {
            var clock = Stopwatch.StartNew();
            if (Finding.Of(target, File.ReadAllBytes(file)) is not { } finding)
            {
                Console.WriteLine($"{file}: holds ({clock.ElapsedMilliseconds} ms)");
                continue;
            }

            failures++;
            Console.WriteLine($"{file}: {finding.Failure}");
            if (files.Count == 1)
                Report(finding.Minimize());
        }

        return failures == 0 ? 0 : 1;
    }

    private static int Fuzz(FuzzTarget target, FuzzBudget budget, string? keep)
    {
        var fuzzer = new RandomFuzzer(target, budget, input => Report(target, input));
        var clock = Stopwatch.StartNew();
        string folder = Path.Combine(Corpus, target.Name);
        string[] corpus = Directory.Exists(folder) ? Expand(folder) : [];
        Finding? finding = fuzzer.Run(corpus.Select(File.ReadAllBytes));
        double seconds = Math.Max(clock.Elapsed.TotalSeconds, 0.001);
        string rate = (fuzzer.Runs / seconds).ToString("0", CultureInfo.InvariantCulture);
        Console.WriteLine(
            $"{target.Name}: {fuzzer.Runs} inputs, {rate} a second, seed {budget.Seed}, "
            + $"{fuzzer.Reached} branches reached, {fuzzer.Kept.Count} inputs kept");
        if (keep is not null)
        {
            foreach (byte[] input in fuzzer.Kept)
                new Finding(target, input, new FuzzFailure("kept")).Save(keep);
        }

        if (finding is null)
            return 0;
        Console.WriteLine(finding.Failure);
        Report(finding.Minimize());
        return 1;
    }

    private static void Report(Finding finding)
    {
        Console.WriteLine($"in {finding.Input.Length} bytes: {finding.Failure.Message}");
        Report(finding.Target, finding.Input);
    }

    private static void Report(FuzzTarget target, byte[] input)
    {
        string path = new Finding(target, input, new FuzzFailure("")).Save(Findings);
        string shown = Path.GetRelativePath(Environment.CurrentDirectory, path);
        Console.WriteLine("To see it again, from the output of another machine too:");
        Console.WriteLine($"  mkdir -p {Path.GetDirectoryName(shown)}");
        Console.WriteLine($"  base64 -d >{shown} <<<{Convert.ToBase64String(input)}");
        Console.WriteLine($"  dotnet run -c Release --project tests/Fuzz -- {target.Name} {shown}");
    }

    private static FuzzBudget? ReadBudget(string amount, string[] options, out string? keep)
    {
        keep = null;
        int seed = 1;
        for (int i = 0; i < options.Length; i += 2)
        {
            if (i + 1 == options.Length)
                return null;
            if (options[i] == "--keep")
                keep = options[i + 1];
            else if (options[i] != "--seed" || !int.TryParse(options[i + 1], CultureInfo.InvariantCulture, out seed))
                return null;
        }

        bool isTime = amount.EndsWith('s');
        if (!int.TryParse(amount.TrimEnd('s'), CultureInfo.InvariantCulture, out int count) || count < 1)
            return null;
        return isTime ? new FuzzBudget(long.MaxValue, count, seed) : new FuzzBudget(count, int.MaxValue, seed);
    }

    private static string[] Expand(string path)
    {
        if (!Directory.Exists(path))
            return [path];
        string[] files = Directory.GetFiles(path, "*", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static byte[] ReadAll(Stream stream, int most)
    {
        byte[] bytes = new byte[most];
        return bytes[..stream.ReadAtLeast(bytes, most, throwOnEndOfStream: false)];
    }

    private static string Escape(string token) => string.Concat(
        Encoding.UTF8.GetBytes(token).Select(value =>
            value is > 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\' ? $"{(char)value}" : $"\\x{value:X2}"));

    private static int Fail(string text)
    {
        Console.Error.WriteLine(text);
        return 2;
    }
}
