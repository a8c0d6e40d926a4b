using System.CommandLine;
using KcpTun.Settings;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Tuning;

namespace KcpTun.Sim.Cli;

/// <summary><c>kcptun-sim tune</c>: which flags are the best for a path, and why.</summary>
public sealed class TuneCommand : ISimCommand
{
    private const int DefaultSeeds = 10;

    private readonly Option<string?> _goal =
        new("--goal") { HelpName = "GOAL", Description = "latency, goodput, cheap or balanced [balanced]" };

    private readonly Option<string?> _peer =
        new("--peer") { HelpName = "ours|go", Description = "who is at the other end [ours]" };

    private readonly Option<string?> _ourEnd =
        new("--our-end") { HelpName = "END", Description = "with --peer go, the end that is ours [client]" };

    private readonly Option<string[]> _fromSnmp = new("--from-snmp")
    {
        HelpName = "FILE",
        Description = "estimate the loss from kcptun's snmplog; twice, the client's first, from those of both ends",
    };

    private readonly Option<string?> _snmpFec =
        new("--snmp-fec") { HelpName = "D/P", Description = "shards that kcptun had when it wrote the log [10/3]" };

    private readonly Option<string?> _json =
        new("--json") { HelpName = "FILE", Description = "write one JSON object; - is standard output, alone" };

    private readonly Option<string?> _jobs = RunCommand.JobsOption();

    public Command Create(SimEnvironment environment)
    {
        Command command = new("tune", "find the best flags for a path, and say why they are")
        {
            _goal, _peer, _ourEnd, _fromSnmp, _snmpFec, _json, _jobs,
        };
        PlanOptions planOptions = new(command);
        command.SetAction(parsed =>
        {
            TuneRequest request = Read(environment, parsed, planOptions);
            string? json = parsed.GetValue(_json);
            if (json is not null)
                OutputFiles.RequireFolder("--json", json);
            RunPool<SimPlan, RunResult> pool = RunCommand.Pool(environment, parsed.GetValue(_jobs));
            TimeSpan start = environment.Clock();
            TuneAnswer? answer = null;
            PoolGuard.Watch(environment, () => ProgressLine.Show(
                environment,
                progress => answer = Tuner.Run(
                    request, candidate => Build(environment, request, candidate),
                    new TrialRunner(pool, progress, environment.Interrupt))));
            if (answer is null)
                throw new CommandException(ExitCodes.Incomplete, "no setting finished on this path within --limit");
            TimeSpan wall = environment.Clock() - start;
            if (json is not null)
            {
                string text = TuneJson.Of(request, answer, environment.Version).ToText();
                OutputFiles.Write(environment, "--json", json, text);
            }

            if (json != OutputFiles.StandardOutput)
                TuneReport.Write(environment, request, answer, wall);
            return ExitCodes.Ok;
        });
        return command;
    }

    private TuneRequest Read(SimEnvironment environment, ParseResult parsed, PlanOptions planOptions)
    {
        PlanArguments arguments = planOptions.Read(parsed);
        if (parsed.GetResult("--seeds") is null)
            arguments = arguments with { Seeds = DefaultSeeds };
        string goalName = parsed.GetValue(_goal) ?? TuneGoal.Balanced.Name;
        TuneGoal goal = TuneGoal.All.FirstOrDefault(one => one.Name == goalName)
            ?? throw CommandException.Usage(
                $"--goal {goalName}: write one of {string.Join(", ", TuneGoal.All.Select(one => one.Name))}");
        TunePeer peer = Peer(parsed.GetValue(_peer) ?? "ours", parsed.GetValue(_ourEnd));
        string[] logs = [.. (parsed.GetResult(_fromSnmp)?.Tokens ?? []).Select(token => token.Value)];
        SnmpEstimate? estimate = null;
        if (logs.Length > 0)
        {
            estimate = SnmpInput.Read(logs, parsed.GetValue(_snmpFec), arguments);
            arguments = arguments with { Link = [.. estimate.Settings, .. arguments.Link] };
        }
        else if (parsed.GetValue(_snmpFec) is not null)
        {
            throw CommandException.Usage("--snmp-fec says what --from-snmp's file is about: give that file, too");
        }
        else if (arguments.Link.Count == 0)
        {
            throw CommandException.Usage(
                "tune: say what the path does, as in --loss 30 --rtt 200, or --from-snmp FILE");
        }

        if (arguments.Flags.Any(flag => PlanNames.IsShard(flag.Key)))
            throw CommandException.Usage("tune: shards are searched; to fix them, write --fec, as in --fec 10/3");

        // The path, the workloads and the flags are checked, and warned of, once.
        ExperimentPlan plan = RunCommand.Plan(environment, arguments with
        {
            Modes = arguments.Modes.Count > 0 ? arguments.Modes : ["fast"],
            Fecs = arguments.Fecs.Count > 0 ? arguments.Fecs : ["10/3"],
        });
        RefuseWhatGoLacks(arguments, peer);
        return new TuneRequest(arguments, plan, goal, peer, estimate);
    }

    private static TunePeer Peer(string peer, string? ourEnd)
    {
        if (ourEnd is not (null or "client" or "server"))
            throw CommandException.Usage($"--our-end {ourEnd}: write client or server");
        return peer switch
        {
            "go" => ourEnd == "server" ? TunePeer.GoClient : TunePeer.GoServer,
            "ours" when ourEnd is not null =>
                throw CommandException.Usage("--our-end means something with --peer go only"),
            "ours" => TunePeer.Ours,
            _ => throw CommandException.Usage($"--peer {peer}: write ours or go"),
        };
    }

    private static void RefuseWhatGoLacks(PlanArguments arguments, TunePeer peer)
    {
        if (peer == TunePeer.Ours)
            return;
        IEnumerable<string> names =
        [
            .. arguments.Flags.Select(flag => flag.Key),
            .. arguments.ClientWords.Concat(arguments.ServerWords).Select(word => word.TrimStart('-').Split('=')[0]),
        ];
        string? addition = names.FirstOrDefault(name => FlagTable.ByName(FlagSides.Both, name) is { IsAddition: true });
        if (addition is not null)
        {
            throw CommandException.Usage(
                $"--{addition}: a peer of Go's does not know it; leave it out or use --peer ours");
        }
    }

    private static ExperimentPlan Build(SimEnvironment environment, TuneRequest request, Candidate candidate) =>
        RunCommand.Plan(environment, candidate.Apply(request.Arguments));
}
