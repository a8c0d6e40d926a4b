using System.IO.Hashing;
using System.Text;
using KcpTun.Sim.Cli;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Cli;

/// <summary>The command tree in this process, with an engine that only pretends.</summary>
internal sealed class SimShell
{
    private int _runs;

    public StringWriter Output { get; } = new();

    public StringWriter Error { get; } = new();

    public Dictionary<string, string> Variables { get; } = [];

    public string Version { get; set; } = "1.2.3";

    public int? Columns { get; set; }

    public PlanExecutor Engine { get; set; } = Pretend;

    public Func<TimeSpan> Clock { get; set; } = () => TimeSpan.Zero;

    public Func<long> PoolWorkItems { get; set; } = () => 0;

    public CancellationTokenSource Interrupt { get; } = new();

    /// <summary>Runs that were executed.</summary>
    public int Runs => _runs;

    /// <summary>The lines on standard error.</summary>
    public string[] Lines => Error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs a line, split as a shell would; returns the exit status.</summary>
    public int Run(string line)
    {
        ShellWords.TrySplit(line, out IReadOnlyList<string> words).ShouldBeTrue();
        return Run([.. words]);
    }

    public int Run(params string[] words)
    {
        SimEnvironment environment = new()
        {
            Output = Output,
            Error = Error,
            Columns = Columns,
            Version = Version,
            Variable = Variables.GetValueOrDefault,
            Cores = 2,
            Clock = Clock,
            PoolWorkItems = PoolWorkItems,
            Interrupt = Interrupt.Token,
            Execute = (plan, observer) =>
            {
                Interlocked.Increment(ref _runs);
                return Engine(plan, observer);
            },
        };
        return new SimCommandLine(environment, SimCommands.All).Run(words);
    }

    /// <summary>A result that follows from the plan alone: faster modes and less loss are better.</summary>
    public static RunResult Pretend(SimPlan plan, IWireObserver? observer)
    {
        string text = string.Join(
            ' ', plan.Client.Mode, plan.Client.DataShard, plan.Path.Up.Loss.Threshold, plan.Workload.Text, plan.Seed);
        byte[] hash = XxHash128.Hash(Encoding.UTF8.GetBytes(text));
        int chance = hash[0] % 8;
        int speed = plan.Client.Mode switch { "fast3" => 40, "fast2" => 30, "fast" => 20, _ => 10 };
        return new RunResult
        {
            Seed = plan.Seed,
            TraceHash = Convert.ToHexStringLower(hash),
            IsComplete = true,
            Duration = 10 * SimTime.Second,
            SimulatedTime = 11 * SimTime.Second,
            DeliveredBytes = (1_000_000 * speed) + (1000 * chance),
            Latencies = [.. Enumerable.Range(1, 100).Select(n => (n + chance - speed + 40) * SimTime.Millisecond)],
            Wire = new WireMetrics { Bytes = (1_200_000 * speed) + (100 * chance), Datagrams = 1 },
            Retransmits = new RetransmitMetrics { Timeout = 1, Fast = 2, Early = 3, Spurious = 4 },
            Fec = new FecMetrics { Recovered = plan.Client.ParityShard },
            Stalls = new StallMetrics { HeadOfLine = SimTime.Second },
        };
    }
}
