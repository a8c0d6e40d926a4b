using KcpTun.Kcp.Auto;

namespace KcpTun.Sim.BadLinks;

internal sealed partial record ParameterSweep
{
    private const string Narrow = "20 Mbit/s, 80 ms: upload";
    private const string Two = "20 Mbit/s, 80 ms: two uploads";
    private const string BesideTcp = "20 Mbit/s, 80 ms: upload beside TCP";
    private const string Game = "10 %, 100 ms, 20 Mbit/s: game";
    private const string BesideGame = "the same beside an upload";
    private const string Jitter = "jitter 30 ms, 1 %, 100 ms: upload";
    private const string Bursts = "bursts, 100 ms: upload";
    private const string BurstsEcho = "bursts, 100 ms: echo";
    private const string ShortQueue = "20 Mbit/s, 80 ms, 1 %, queue 20 ms: upload";
    private const string FastShortQueue = "100 Mbit/s, 50 ms, 0.1 %, queue 20 ms: upload";
    private const string Policer = "20 Mbit/s policed, 40 ms, 1 %: upload";
    private const string NearBesideTcp = "20 Mbit/s, 20 ms: upload beside TCP";
    private const string Five = "1 %, 500 ms: five uploads";

    /// <summary>What decides a parameter and none of the bad links shows.</summary>
    private static readonly BadLink[] s_others =
    [
        Other(ShortQueue, "--rate 20mbit --rtt 80 --loss 1 --queue 20ms", "bulk:3MiB,up"),
        Other(FastShortQueue, "--rate 100mbit --rtt 50 --loss 0.1 --queue 20ms", "bulk:6MiB,up"),
        Other(Policer, "--police 20mbit,burst=32KiB --rtt 40 --loss 1", "bulk:3MiB,up"),
        Other(NearBesideTcp, "--rate 20mbit --rtt 20 --queue 100ms", "mixed:bulk:24MiB,up+tcp:bulk:24MiB,up"),
        Other(Five, "--rtt 500 --loss 1", $"mixed:{string.Join('+', Enumerable.Repeat("bulk:32MiB,up", 5))}"),
    ];

    public static IReadOnlyList<ParameterSweep> All { get; } =
    [
        new(nameof(AutoParameters.InitialSegments), "segments", [32, 64, 128, 256, 512],
            (auto, value) => auto with { InitialSegments = value },
            "More are a faster start where the path takes them, and lost where its queue is short.",
            [
                Ours("1 %, 50 ms: upload", Measure.Goodput),
                Ours(FastShortQueue, Measure.Goodput, Measure.Wire),
                Ours(ShortQueue, Measure.Goodput, Measure.Wire),
                Stock(Narrow, Measure.Queue),
            ]),
        new(nameof(AutoParameters.StartGain), "%", [200, 277, 350, 500, 700],
            (auto, value) => auto with { StartGain = value },
            "A transfer spends much of its time in the start where nothing limits it; where a queue is short, what is "
            + "sent too fast is lost.",
            [
                Ours("30 %, 200 ms: upload", Measure.Goodput),
                Ours("1 %, 50 ms: upload", Measure.Goodput),
                Ours(FastShortQueue, Measure.Goodput),
                Ours(ShortQueue, Measure.Goodput, Measure.Wire),
            ]),
        new(nameof(AutoParameters.ProbingGain), "%", [105, 110, 115, 125, 150],
            (auto, value) => auto with { ProbingGain = value },
            "More finds sooner what has become free, and queues what is not.",
            [
                Ours(Narrow, Measure.Goodput, Measure.Queue),
                Ours(Two, Measure.Goodput, Measure.Queue),
                Ours(BesideTcp, Measure.Goodput),
                Ours(BesideGame, Measure.P99),
            ]),
        new(nameof(AutoParameters.DrainingGain), "%", [50, 75, 85, 95, 99],
            (auto, value) => auto with { DrainingGain = value },
            "Too little leaves a part of the path unused, too much leaves a queue.",
            [
                Ours(Narrow, Measure.Goodput, Measure.Queue),
                Ours(Two, Measure.Goodput, Measure.Queue),
                Ours(BesideTcp, Measure.Goodput),
                Ours(BesideGame, Measure.P99),
            ]),
        new(nameof(AutoParameters.ProbingPackets), "packets", [0, 10, 20, 40, 100],
            (auto, value) => auto with { ProbingPackets = value },
            "They decide where the share of the path is a few packets in a round trip, as beside TCP, until it has "
            + "ended.",
            [
                Ours(NearBesideTcp, Measure.Goodput, Measure.LeastShare),
                Ours(BesideTcp, Measure.Goodput),
                Ours(Two, Measure.Queue),
            ]),
        new(nameof(AutoParameters.PeerLimitedGain), "%", [100, 150, 200, 300, 500],
            (auto, value) => auto with { PeerLimitedGain = value },
            "The window of a peer in mode auto is reached by several streams of a session on a long path only.",
            [Ours(Five, Measure.Goodput, Measure.Wire)]),
        new(nameof(AutoParameters.QueuePart), "part", [4, 8, 10, 12, 16, 32],
            (auto, value) => auto with { QueuePart = value },
            "A smaller part finds a queue sooner, and takes a late packet for one.",
            [
                Ours(Narrow, Measure.Goodput, Measure.Queue),
                Ours(Two, Measure.Goodput, Measure.Queue),
                Ours(ShortQueue, Measure.Goodput, Measure.Wire),
                Ours(BesideGame, Measure.P99),
            ]),
        new(nameof(AutoParameters.FairSharePercent), "%", [90, 95, 98, 99, 100, 105],
            (auto, value) => auto with { FairSharePercent = value },
            "It is for those who share a queue; who is alone loses by less than all.",
            [
                Ours(Narrow, Measure.Goodput, Measure.Queue),
                Ours(Two, Measure.Goodput, Measure.Queue),
                Ours(BesideTcp, Measure.Goodput),
                Ours(BesideGame, Measure.P99),
            ]),
        new(nameof(AutoParameters.ClearJitter), "part", [1, 5, 10, 20, 50, 1000],
            (auto, value) => auto with { ClearJitter = value },
            "At 1 every longer round trip is a queue, and jitter ends the start; at 1000 none is until a round has "
            + "confirmed it, while the queue grows.",
            [
                Ours(Jitter, Measure.Goodput),
                Ours(ShortQueue, Measure.Goodput, Measure.Wire),
                Stock(Narrow, Measure.Queue),
                Ours(BesideGame, Measure.P99),
            ]),
        new(nameof(AutoParameters.LossThreshold), "1/65536", [0, 655, 1310, 2621, 6554],
            (auto, value) => auto with { LossThreshold = value },
            "Where losses are many, chance must not end the start; at a policer loss is the only sign of overload.",
            [
                Ours("30 %, 200 ms: upload", Measure.Goodput),
                Ours(Bursts, Measure.Goodput),
                Ours(Policer, Measure.Goodput, Measure.Wire),
            ]),
        new(nameof(AutoParameters.ExpectedJitter), "mean jitters", [0, 4, 6, 8, 12, 16],
            (auto, value) => auto with { ExpectedJitter = value },
            "With jitter, who expects less sends sooner what was only late.",
            [
                Ours(Jitter, Measure.Goodput, Measure.Needless),
                Stock(Jitter, Measure.Goodput, Measure.Needless),
            ]),
        new(nameof(AutoParameters.InitialLoss), "1/65536", [0, 3277, 6554, 13107, 26214],
            (auto, value) => auto with { InitialLoss = value },
            "It decides the copies of the first segments, and by them the longest latencies of a short session.",
            [
                Ours("10 %, 100 ms: echo", Measure.P99, Measure.Wire),
                Ours(Game, Measure.P99, Measure.Wire),
                Ours(BurstsEcho, Measure.P99, Measure.Wire),
            ]),
        new(nameof(AutoParameters.CopyPart), "part", [2, 4, 8, 16, 32],
            (auto, value) => auto with { CopyPart = value },
            "Copies fill holes sooner where there is room, and take it from the data where there is not.",
            [
                Ours("30 %, 200 ms: upload", Measure.Goodput, Measure.Needless),
                Stock(Jitter, Measure.Goodput, Measure.Needless),
                Stock(BesideGame, Measure.P99, Measure.Goodput),
                Ours(Policer, Measure.Goodput, Measure.Wire),
            ]),
        new(nameof(AutoParameters.PlentifulCopyPart), "part", [1, 2, 4, 8, 16],
            (auto, value) => auto with { PlentifulCopyPart = value },
            "A stock peer's window waits for each hole, so copies are worth more than what they cost; beside a game on "
            + "a narrow link they are not.",
            [
                Stock("30 %, 200 ms: upload", Measure.Goodput, Measure.Wire),
                Stock(Bursts, Measure.Goodput, Measure.Wire),
                Stock(Jitter, Measure.Goodput),
                Stock(BesideGame, Measure.P99, Measure.Goodput),
            ]),
        new(nameof(AutoParameters.MoreInRuns), "copies", [0, 1, 2, 4, 8],
            (auto, value) => auto with { MoreInRuns = value },
            "They are for losses in runs, and cost bytes on the wire.",
            [
                Ours(BurstsEcho, Measure.P95, Measure.P99, Measure.Wire),
                Stock(BurstsEcho, Measure.P95, Measure.P99, Measure.Wire),
            ]),
        new(nameof(AutoParameters.OutOfRun), "transmissions", [6, 12, 16, 24, 32, 48],
            (auto, value) => auto with { OutOfRun = value },
            "The run of losses has to end before the segment gets through.",
            [
                Ours(BurstsEcho, Measure.P95, Measure.P99, Measure.Wire),
                Stock(BurstsEcho, Measure.P95, Measure.P99, Measure.Wire),
            ]),
        new(nameof(AutoParameters.CopySpan), "ms", [0, 20, 50, 100, 200],
            (auto, value) => auto with { CopySpan = value },
            "What comes again later gets an acknowledgement each time: of a shorter span more do, copies among them.",
            [
                Ours(BurstsEcho, Measure.P95, Measure.P99, Measure.Wire),
                Ours("30 %, 200 ms: echo", Measure.P95, Measure.P99, Measure.Wire),
            ]),
        new(nameof(AutoParameters.AutoAckDelay), "ms", [0, 5, 10, 25, 50],
            (auto, value) => auto with { AutoAckDelay = value },
            "Who waits less for an acknowledgement sends needless copies; who waits longer finds losses later.",
            [
                Ours("10 %, 100 ms: echo", Measure.P99, Measure.Wire),
                Ours("30 %, 200 ms: echo", Measure.P99, Measure.Wire),
                Ours(BurstsEcho, Measure.P95, Measure.Wire),
            ]),
    ];

    private static SweptLink Ours(string name, params Measure[] measures) => new(Find(name), false, measures);

    private static SweptLink Stock(string name, params Measure[] measures) => new(Find(name), true, measures);

    private static BadLink Find(string name) => BadLink.All.Concat(s_others).Single(link => link.Name == name);

    private static BadLink Other(string name, string link, string workload) =>
        new(name, link, workload, Figure.Goodput, "", (_, _) => true);
}
