using System.CommandLine;
using System.Text.Json;
using KcpTun.GoInterop;
using KcpTun.Sim.Cli;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Workloads;

namespace KcpTun.Bench.Validate;

/// <summary>
/// What <c>kcptun-sim tune --json</c> has answered: a path, two command lines, and what they promise.
/// </summary>
internal sealed record TunedSetup
{
    private const string Program = "kcptun-sim run ";

    /// <summary>Flags whose values are the run's own; <c>tune</c> prints placeholders.</summary>
    private static readonly string[] s_places = ["--listen", "--target", "--localaddr", "--remoteaddr", "--key"];

    public required RealTunnel Tunnel { get; init; }

    public required IReadOnlyList<WorkloadSpec> Workloads { get; init; }

    /// <summary>Of the setting that won.</summary>
    public required TuneSettingJson Promise { get; init; }

    /// <summary>Reads an answer.</summary>
    /// <exception cref="FormatException">It is none, in one line.</exception>
    public static TunedSetup Parse(string json)
    {
        try
        {
            TuneJson answer = JsonSerializer.Deserialize(json, TuneJsonContext.Default.TuneJson)
                ?? throw new FormatException("it is empty");
            return Of(answer);
        }
        catch (Exception e) when (e is JsonException or CommandException or InvalidOperationException)
        {
            throw new FormatException(e.Message.ReplaceLineEndings(" "), e);
        }
    }

    private static TunedSetup Of(TuneJson answer)
    {
        string command = answer.Winner?.Command ?? "";
        if (!command.StartsWith(Program, StringComparison.Ordinal)
            || !ShellWords.TrySplit(command[Program.Length..], out IReadOnlyList<string> words))
            throw new FormatException($"its command \"{command}\" is no kcptun-sim run");
        PlanArguments arguments = new PlanOptions(new Command("run")).ReadWords([.. PlanOptions.Tie(words)], command);
        if (!PlanBuilder.TryBuild(arguments, out ExperimentPlan? plan, out _, out string? error))
            throw new FormatException(error);
        if (plan!.Workloads.FirstOrDefault(workload => !RealApplication.CanRun(workload)) is { } other)
            throw new FormatException($"{other.Text} cannot be run in real time: bulk, echo and game can");
        TuneEndJson client = answer.Ends.Single(end => end.Side == "client");
        TuneEndJson server = answer.Ends.Single(end => end.Side == "server");
        return new TunedSetup
        {
            Tunnel = new RealTunnel
            {
                Name = answer.Winner!.Name,
                Ends = new Pair(ProgramOf(client), ProgramOf(server)),
                ClientFlags = FlagsOf(client),
                ServerFlags = FlagsOf(server),
                Link = arguments.Link,
            },
            Workloads = plan.Workloads,
            Promise = answer.Winner,
        };
    }

    private static Implementation ProgramOf(TuneEndJson end) => end.IsGo ? Implementation.GoNew : Implementation.Ours;

    private static string[] FlagsOf(TuneEndJson end)
    {
        var flags = new List<string>();
        for (int i = 0; i < end.Arguments.Count; i++)
        {
            if (s_places.Contains(end.Arguments[i]))
                i++;
            else
                flags.Add(end.Arguments[i]);
        }

        return [.. flags];
    }
}
