using System.CommandLine;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;

namespace KcpTun.Bench.EndToEnd;

/// <summary><c>e2e</c>: goodput, CPU, latency and memory of whole tunnels on loopback.</summary>
public static class EndToEndCommand
{
    private const string DefaultFlags = "--mode fast --sndwnd 1024 --rcvwnd 1024";

    public static Command Create()
    {
        Option<int> runs = new("--runs")
        {
            Description = "Rounds; each runs every pair once, in an order that rotates",
            DefaultValueFactory = _ => 5,
        };
        Option<int> mebibytes = new("--mib")
        {
            Description = "MiB moved in each direction, one after the other",
            DefaultValueFactory = _ => 64,
        };
        Option<int> echoes = new("--echoes")
        {
            Description = "Echoes of 64 bytes on the idle tunnel",
            DefaultValueFactory = _ => 500,
        };
        Option<string?> crypt = new("--crypt") { Description = "Cipher; kcptun's own default when left out" };
        Option<Pair[]> pairs = PairOption.Create(
            "go-new:go-new", "ours:ours", "ours:go-new", "go-new:ours", "go-old:go-old");
        Argument<string[]> flags = new("flags")
        {
            Description = $"kcptun flags of both ends, after --; default: {DefaultFlags}",
            DefaultValueFactory = _ => DefaultFlags.Split(' '),
        };

        Command command = new("e2e", "Goodput, CPU, latency and memory of client and server processes on loopback.")
        {
            runs, mebibytes, echoes, crypt, pairs, flags,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new EndToEndSettings
            {
                Runs = parsed.GetRequiredValue(runs),
                Bytes = parsed.GetRequiredValue(mebibytes) * 1024L * 1024,
                Echoes = parsed.GetRequiredValue(echoes),
                Pairs = parsed.GetRequiredValue(pairs),
                Flags = parsed.GetValue(crypt) is { } cipher
                    ? [.. parsed.GetRequiredValue(flags), "--crypt", cipher]
                    : parsed.GetRequiredValue(flags),
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(EndToEndSettings settings, CancellationToken cancellationToken)
    {
        if (await PairOption.FindMissingAsync(settings.Pairs) is { } problem)
        {
            await Console.Error.WriteLineAsync(problem);
            return 1;
        }

        IReadOnlyList<EndToEndSample> samples = await EndToEndBenchmark.RunAsync(settings, cancellationToken);
        EndToEndReport report = new(settings, samples);
        ReportFiles.Write("e2e", report.ToMarkdown(), report.ToJson());
        return 0;
    }
}
