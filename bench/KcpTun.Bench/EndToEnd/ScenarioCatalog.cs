using KcpTun.Bench.EndToEnd.Scenarios;

namespace KcpTun.Bench.EndToEnd;

/// <summary>What can be run, by id; the figures of <see cref="FigureCatalog"/> are read off it.</summary>
internal static class ScenarioCatalog
{
    public const string Goodput = "goodput";
    public const string Gcm = "goodput aes-128-gcm";
    public const string NoCipher = "goodput none";
    public const string Salsa = "goodput salsa20 --nocomp";
    public const string DefaultWindows = "goodput default windows";
    public const string LargeWindows = "goodput fast3 8192";
    public const string StockBuffers = "goodput --sockbuf 212992";
    public const string Echo = "echo";
    public const string Streams = "streams";
    public const string Connections = "connections";
    public const string Memory = "memory";
    public const string Idle = "idle";
    public const string Start = "start";
    public const string Relay = "relay";
    public const string Simulator = "simulator";

    /// <summary>What holds for every figure, for readers.</summary>
    public const string Conditions =
        $"Client and server processes on 127.0.0.1; flags of both ends unless a figure names others: `{Flags}`, and "
        + "always `--smuxver 2 --quiet`, and `--closewait 0` where it exists. The payload is noise. CPU is that of "
        + "/proc/PID/stat, in ticks of 10 ms; the generator is the program that makes the traffic on the same cores.";

    private const string Flags = "--mode fast --sndwnd 1024 --rcvwnd 1024";

    // What a stock kernel grants (net.core.rmem_max), whatever is asked for; it counts twice as much.
    private const string StockBuffer = "212992";
    private const int SwarmSeeds = 2000;

    // A link of 9 MB/s of payload: more would take long and show nothing new.
    private const long MostRelayedBytes = 32 << 20;

    /// <summary>Everything but the matrix, in the order of the table.</summary>
    /// <param name="includesMixedPairs">Whether pairs of which one end is ours take part in the plain goodput.</param>
    public static IReadOnlyList<Scenario> Create(Effort effort, bool includesMixedPairs)
    {
        TunnelShape usual = Shape(Flags);
        Effort relayed = effort with { Bytes = Math.Min(effort.Bytes, MostRelayedBytes) };
        return
        [
            new BulkScenario(Goodput, $"one stream, `{Flags}`", usual, effort)
            {
                IncludesMixedPairs = includesMixedPairs,
            },
            Bulk(Gcm, $"{Flags} --crypt aes-128-gcm"),
            Bulk(NoCipher, $"{Flags} --crypt none"),
            Bulk(Salsa, $"{Flags} --crypt salsa20 --nocomp"),
            Bulk(DefaultWindows, ""),
            Bulk(LargeWindows, "--mode fast3 --sndwnd 8192 --rcvwnd 8192"),
            new BulkScenario(
                StockBuffers, $"one stream, `{Flags} --sockbuf {StockBuffer}`",
                Shape($"{Flags} --sockbuf {StockBuffer}"), effort with { Bytes = effort.Bytes / 4 })
            {
                IncludesMixedPairs = includesMixedPairs,
            },
            new EchoScenario(Echo, $"echoes of 64 B, `{Flags}`", usual, effort),
            new StreamsScenario(Streams, $"{effort.Streams} concurrent streams of 64 KiB, `{Flags}`", usual, effort),
            new ConnectionsScenario(
                Connections, $"{effort.Arrivals} short connections a second, `{Flags}`", usual, effort),
            new MemoryScenario(Memory, $"memory around {effort.Streams} streams and one, `{Flags}`", usual, effort),
            new IdleScenario(Idle, $"{effort.Sessions} idle sessions, `{Flags}`", usual, effort),
            new StartScenario(Start, $"start to first byte carried, `{Flags}`", usual, effort),
            new BulkScenario(
                Relay, $"one stream over 100 Mbit/s at 50 ms, `{Flags}`", usual with { Link = RelayLink() }, relayed),
            new SimulatorScenario(Simulator, "`kcptun-sim --loss 30 --rtt 200` and `kcptun-sim swarm`", SwarmSeeds),
        ];

        Scenario Bulk(string id, string flags) => new BulkScenario(
            id, flags.Length == 0 ? "one stream, no flags" : $"one stream, `{flags}`", Shape(flags), effort);
    }

    private static TunnelShape Shape(string flags) =>
        new(flags.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    // The queue holds the whole window, so that nothing is lost.
    private static KeyValuePair<string, string>[] RelayLink() =>
        [new("rate", "100mbit"), new("rtt", "50"), new("queue", "4MiB")];
}
