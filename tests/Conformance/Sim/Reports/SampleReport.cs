using KcpTun.Sim.Links;
using KcpTun.Sim.Reports;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Reports;

/// <summary>A report with everything in it, made up from arithmetic.</summary>
internal static class SampleReport
{
    private static readonly string[] s_modes = ["normal", "fast", "fast2", "fast3"];

    public static ReportModel Model() => new()
    {
        Title = "kcptun over rtt 200 ms, loss 30 %",
        Command = "kcptun-sim --loss 30 --rtt 200 --seeds 8 --html report.html",
        Link = "rtt 200 ms, loss 30 % each way",
        Workload = "bulk:8MiB + echo:64B,n=400,every=50ms",
        Engine = "kcptun-sim 1.0.0-alpha.1",
        Seeds = "1..8",
        TraceHash = "0123456789abcdef0123456789abcdef",
        Verdicts = ["best goodput: fast3 + fec 10/3 (1.31 MB/s)", "best p99: fast3 + fec 10/3", "cheapest: normal"],
        Variants = [.. s_modes.SelectMany((mode, i) => new[] { Variant(mode, i, false), Variant(mode, i, true) })],
        Sweep = Sweep(["loss, %", "rtt, ms"]),
        TimeSequence = Sequence(),
    };

    public static ReportVariant Variant(string mode, int speed, bool hasFec)
    {
        double goodput = (300_000 + (speed * 220_000)) * (hasFec ? 1.2 : 1);
        double[] latencies =
        [
            .. Enumerable.Range(0, 400).Select(i =>
                205 + (i % 100 * (hasFec ? 1.5 : 3) * (5 - speed)) + (i % 50 == 0 ? 2500 / (speed + 1) : 0)),
        ];
        return new ReportVariant
        {
            Name = hasFec ? $"{mode} + fec 10/3" : mode,
            Flags = $"--mode {mode} --datashard {(hasFec ? 10 : 0)} --parityshard {(hasFec ? 3 : 0)}",
            ReproduceCommand = $"kcptun-sim --loss 30 --rtt 200 --mode {mode} --fec {(hasFec ? "10/3" : "0/0")}",
            Goodput = new ReportInterval(goodput, goodput * 0.93, goodput * 1.07),
            SeedGoodputs = [.. Enumerable.Range(0, 8).Select(i => goodput * (0.9 + (i * 0.2 / 7)))],
            LatenciesMs = latencies,
            Latency = ReportLatency.From(latencies),
            CompletionSeconds = 8_388_608 / goodput,
            DeliveredBytes = 8_388_608,
            Wire = Wire(speed, hasFec),
            WireRatio = Wire(speed, hasFec).Bytes / 8_388_608.0,
            Retransmits = new RetransmitMetrics { Timeout = 2000, Fast = 900, Early = 120, Spurious = 40 },
            Fec = new FecMetrics { Parity = hasFec ? 2400 : 0, Recovered = hasFec ? 1300 : 0, Useless = 12, Late = 3 },
            Stalls = new StallMetrics { HeadOfLine = 1_900_000_000, Window = 400_000_000, PeakMemory = 3_100_000 },
            IsComplete = speed > 0 || hasFec,
            Failure = speed > 0 || hasFec ? null : "seed 3: not finished after 600 s",
        };
    }

    public static ReportSweep Sweep(IReadOnlyList<string> axes)
    {
        int[] sizes = [9, 5, 2];
        List<ReportCell> cells = [];
        int[] position = new int[axes.Count];
        for (int variant = 0; variant < s_modes.Length; variant++)
        {
            Array.Clear(position);
            do
            {
                int y = position.Length > 1 ? position[1] : 0;
                double goodput = (8.0 + variant) / (1 + (position[0] * (1.6 - (0.3 * variant))) + (2.0 * y));
                double?[] values = position[0] == 8 && variant == 0 ? [null, null] : [goodput, 200 / goodput];
                string command = $"kcptun-sim --loss {position[0] * 5} --rtt {20 << y} --mode {s_modes[variant]}";
                cells.Add(new ReportCell(variant, [.. position], values, command));
            }
            while (Advance(position, sizes));
        }

        return new ReportSweep
        {
            Axes = [.. axes.Select((name, i) => new ReportAxis(name, [.. Enumerable.Range(0, sizes[i]).Select(Value(i))]))],
            Metrics = [new ReportMetric("goodput, MB/s", true), new ReportMetric("p99, ms", false)],
            Variants = s_modes,
            Cells = cells,
        };

        static Func<int, string> Value(int axis) => k => axis switch
        {
            0 => $"{k * 5}",
            1 => $"{20 << k}",
            _ => k == 0 ? "0/0" : "10/3",
        };
    }

    /// <summary>A window of segments sent every 10 ms, of which every fifth is lost, and sent again 150 ms later.</summary>
    public static TimeSequence Sequence(int maxPoints = TimeSequenceRecorder.DefaultMaxPoints)
    {
        var recorder = new TimeSequenceRecorder(maxPoints);
        var script = new WireScript(recorder);
        var agenda = new PriorityQueue<Action, (long, int)>();
        int order = 0;
        uint unacknowledged = 0;
        var arrived = new SortedSet<uint>();
        for (uint number = 0; number < 600; number++)
        {
            long time = (number / 4 * 10) + (number / 120 * 100);
            Transmit(time, number, isLost: number % 5 == 3);
            if (number % 5 == 3)
                Transmit(time + 150, number, isLost: false);
        }

        while (agenda.TryDequeue(out Action? action, out _))
            action();
        return recorder.Finish("fast3, seed 1", "kcptun-sim --loss 20 --mode fast3 --seed 1 --html one.html");

        void At(long time, Action action) => agenda.Enqueue(action, (time, order++));

        void Transmit(long time, uint number, bool isLost) => At(time, () =>
        {
            byte[] packet = WireScript.FecData(number, WireScript.Push(number, (uint)time, new byte[100]));
            long ordinal = script.Send(PathDirection.Up, time, packet);
            if (isLost)
                script.Drop(PathDirection.Up, time, ordinal, packet, DropReason.Random);
            else
                At(time + 50, () => Arrive(time + 50, ordinal, packet, number));
        });

        void Arrive(long time, long ordinal, byte[] packet, uint number)
        {
            script.Deliver(PathDirection.Up, time, ordinal, packet);
            arrived.Add(number);
            while (arrived.Contains(unacknowledged))
                unacknowledged++;
            byte[] ack = WireScript.Ack(number, (uint)time, unacknowledged);
            long sent = script.Send(PathDirection.Down, time, ack);
            At(time + 50, () => script.Deliver(PathDirection.Down, time + 50, sent, ack));
        }
    }

    private static WireMetrics Wire(int speed, bool hasFec) => new()
    {
        Datagrams = 12_000,
        PayloadBytes = 8_500_000,
        HeaderBytes = 600_000,
        ParityBytes = hasFec ? 2_600_000 : 0,
        TimeoutBytes = 3_500_000 - (speed * 900_000),
        FastBytes = 900_000 * speed,
        EarlyBytes = 200_000,
        AckBytes = 500_000,
        Bytes = 13_300_000 + (hasFec ? 2_600_000 : 0),
    };

    private static bool Advance(int[] position, int[] sizes)
    {
        for (int i = 0; i < position.Length; i++)
        {
            if (++position[i] < sizes[i])
                return true;
            position[i] = 0;
        }

        return false;
    }
}
