namespace KcpTun.Sim.Links;

/// <summary>All options of the path.</summary>
public static class PathOptions
{
    /// <summary>In the order a help text lists them.</summary>
    public static IReadOnlyList<PathOption> All { get; } =
    [
        new("net", "NAME", "A known kind of network; see the list of presets.", "lte"),
        new("rtt", "TIME", "Round-trip time, half of it each way; ms without a unit.", "200"),
        new("rtt-split", "UP/DOWN", "How the round trip divides, in percent.", "70/30"),
        Each("delay", "TIME", "One-way delay, instead of the round trip; ms without a unit.", "80ms", LinkValues.Delay),
        Each(
            "jitter",
            "TIME[,uniform|normal|exp][,fifo|reorder]",
            "Varies the delay: by plus or minus the time, with it as standard deviation, or by it on average.",
            "20ms,normal",
            LinkValues.Jitter),
        Each("loss", "PERCENT", "Random loss, each datagram independently.", "30", LinkValues.Loss),
        Each(
            "burst-loss",
            "PERCENT,burst=PACKETS",
            "Loss in bursts: their share of all datagrams and their mean length.",
            "5,burst=4",
            LinkValues.BurstLoss),
        Each(
            "ge",
            "P,R[,1-H[,1-K]]",
            "Gilbert-Elliott loss in netem's percentages: good to bad, bad to good, loss in bad, loss in good.",
            "1,25",
            LinkValues.GilbertElliott),
        Each(
            "fade",
            "good=TIME,bad=TIME,loss=PERCENT",
            "Loss in spells of time; the times are means.",
            "good=2s,bad=80ms,loss=90",
            LinkValues.Fade),
        Each("drop", "N[-N][,…]", "Loses these datagrams, counted from 1.", "3,7-9", LinkValues.Drop),
        Each(
            "reorder",
            "PERCENT[,gap=N]",
            "So many datagrams skip the delay and overtake others; of N only the last one may.",
            "25,gap=5",
            LinkValues.Reorder),
        Each("dup", "PERCENT", "Datagrams that arrive twice.", "1", LinkValues.Duplicate),
        Each(
            "corrupt",
            "PERCENT[,bitflip|havoc|truncate]",
            "Datagrams that arrive damaged, as if no checksum had caught it.",
            "0.1",
            LinkValues.Corrupt),
        Each("rate", "RATE", "Capacity of the bottleneck.", "20mbit", LinkValues.Rate),
        Each(
            "trace",
            "FILE",
            "Capacity as recorded, in mahimahi's format: a line for each 1504 bytes, in ms.",
            "verizon.up",
            LinkValues.Trace),
        Each(
            "queue",
            "TIME|SIZE|PACKETSp",
            "Room before the bottleneck; by default 100ms with a rate and 512KiB with a trace.",
            "256KiB",
            LinkValues.Queue),
        Each(
            "aqm",
            "droptail|codel[,target=TIME,interval=TIME]",
            "How that queue is managed; CoDel's own times are 5ms and 100ms.",
            "codel",
            LinkValues.QueueManagement),
        Each(
            "overhead",
            "BYTES",
            "What each datagram costs bottleneck and policer beyond its payload; 28 (IPv4 and UDP) by default.",
            "46",
            LinkValues.Overhead),
        Each(
            "police",
            "RATE,burst=SIZE",
            "Loses what exceeds a token bucket, without a queue.",
            "10mbit,burst=32KiB",
            LinkValues.Police),
        Each(
            "mtu",
            "BYTES",
            "Loses, silently, what is longer with its 28 bytes of IPv4 and UDP header.",
            "1400",
            LinkValues.Mtu),
        Each(
            "blackout",
            "at=TIME,for=TIME[,every=TIME]",
            "The path is down for a while, once or again and again.",
            "at=5s,for=2s",
            LinkValues.Blackout),
        new("rebind", "TIME[,every=TIME]", "The NAT gives the client a new port at that time.", "10s,every=20s"),
        new("nat-timeout", "TIME", "The NAT forgets the client after so much silence.", "30s"),
        new(
            "at",
            "TIME KEY=VALUE …",
            "Changes these options at that time; 'heal' turns everything off but delay, capacity and queue.",
            "5s loss=40 rate=2mbit")
        {
            IsRepeatable = true,
        },
    ];

    /// <summary>The option of that name; null if there is none.</summary>
    public static PathOption? Find(string key)
    {
        foreach (PathOption option in All)
        {
            if (option.Key == key)
                return option;
        }

        return null;
    }

    private static PathOption Each(
        string key, string valueHelp, string help, string example, Func<LinkSpec, OptionValue, LinkSpec?> apply) =>
        new(key, valueHelp, help, example) { Apply = apply };
}
