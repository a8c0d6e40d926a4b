using System.Globalization;
using KcpTun.GoInterop;
using KcpTun.Sim.Plans;

namespace KcpTun.Bench.Validate;

/// <summary>A path and the flags of the tunnel over it.</summary>
/// <param name="LossPercent">Loss in each direction, per cent.</param>
/// <param name="RttMs">Round-trip time, ms, half of it each way.</param>
/// <param name="Mode">kcptun's mode.</param>
/// <param name="Fec">Shards of forward error correction.</param>
/// <param name="OwnFlags">Flags of both ends in which the point differs from others: name=value, joined by +.</param>
internal sealed record LinkPoint(int LossPercent, int RttMs, string Mode, FecShards Fec, string OwnFlags)
{
    /// <summary>How a point is written.</summary>
    public const string Syntax =
        "LOSS:RTT:MODE:DATA/PARITY[:FLAG=VALUE[+FLAG=VALUE]], as in 10:100:fast:10/3:sndwnd=64+rcvwnd=64";

    private const int LongestRtt = 10_000;

    // Frames of the multiplexer that are six whole segments (1306 bytes; 1298 with FEC) without their own header of
    // eight: Go's KCP ends every frame in a segment of its own, however short, which ours fills with the next one.
    private const string FrameOfWholeSegments = "7828";
    private const string FrameOfWholeSegmentsWithFec = "7780";

    // Without compression, because Go's hands a chunk that does not compress to KCP in two pieces.
    private static readonly KeyValuePair<string, string>[] s_sharedFlags =
        [new("sndwnd", "512"), new("rcvwnd", "512"), new("crypt", "aes"), new("nocomp", "true")];

    /// <summary>
    /// The points of a complete run. The windows of the short paths are small, so that they and not the processor
    /// decide.
    /// </summary>
    public static IReadOnlyList<string> Standard { get; } =
    [
        "0:20:fast3:10/3:sndwnd=128+rcvwnd=128",
        "0:100:fast3:0/0",
        "0:300:fast:10/3",
        "1:50:fast:10/3:sndwnd=128+rcvwnd=128",
        "5:50:fast3:0/0:sndwnd=128+rcvwnd=128",
        "5:100:fast:10/3",
        "10:100:fast:10/3",
        "10:100:fast:0/0",
        "10:200:fast3:10/3",
        "20:100:fast3:10/3",
        "20:200:fast:0/0",
        "30:200:fast3:10/3",
        "30:200:fast3:0/0",
        "30:300:fast:10/3",
    ];

    /// <summary>The points at which Go is known to behave in another way than ours.</summary>
    public static IReadOnlyList<string> Different { get; } =
    [
        "0:100:fast3:0/0:framesize=8192",
        "10:100:fast:0/0:nocomp=false+framesize=8192",
        "10:100:fast:10/3:nocomp=false+framesize=8192",
        "0:20:fast:10/3:sndwnd=64+rcvwnd=64",
    ];

    /// <summary>The points of a quick run.</summary>
    public static IReadOnlyList<string> Few { get; } = ["10:100:fast:10/3", "30:200:fast3:0/0"];

    /// <summary>Settings of the path as the simulator's options have them.</summary>
    public KeyValuePair<string, string>[] Link =>
        [new("loss", Text(LossPercent)), new("rtt", Text(RttMs))];

    /// <summary>kcptun's flags besides mode and shards: name without hyphens, value.</summary>
    public KeyValuePair<string, string>[] CommonFlags
    {
        get
        {
            KeyValuePair<string, string>[] own = [.. SplitFlags(OwnFlags)];
            KeyValuePair<string, string> frame =
                new("framesize", Fec.IsOn ? FrameOfWholeSegmentsWithFec : FrameOfWholeSegments);
            return
            [
                .. s_sharedFlags.Append(frame).Where(flag => own.All(other => other.Key != flag.Key)),
                .. own,
            ];
        }
    }

    /// <summary>The flags of both ends on kcptun's command line.</summary>
    public IEnumerable<string> Flags =>
    [
        $"--mode={Mode}",
        $"--datashard={Text(Fec.Data)}",
        $"--parityshard={Text(Fec.Parity)}",
        .. CommonFlags.Select(flag => $"--{flag.Key}={flag.Value}"),
    ];

    /// <summary>The tunnel with the same program at both ends.</summary>
    public RealTunnel Between(Implementation ends) => new()
    {
        Name = $"{this}, {ends} at both ends",
        Ends = new Pair(ends, ends),
        ClientFlags = [.. Flags],
        ServerFlags = [.. Flags],
        Link = Link,
    };

    /// <summary>Reads a point.</summary>
    /// <returns>Null if the text is none.</returns>
    public static LinkPoint? TryParse(string text)
    {
        string[] parts = text.Split(':', 5);
        string own = parts.Length == 5 ? parts[4] : "";
        return parts.Length >= 4
            && TryNumber(parts[0], 100, out int loss)
            && TryNumber(parts[1], LongestRtt, out int rtt)
            && FecShards.TryParse(parts[3], out FecShards fec)
            && SplitFlags(own).All(flag => flag.Key.Length > 0 && flag.Value.Length > 0)
            ? new LinkPoint(loss, rtt, parts[2], fec, own)
            : null;
    }

    public override string ToString() =>
        $"{Text(LossPercent)}:{Text(RttMs)}:{Mode}:{Fec}{(OwnFlags.Length == 0 ? "" : $":{OwnFlags}")}";

    private static IEnumerable<KeyValuePair<string, string>> SplitFlags(string text) =>
        from flag in text.Split('+', StringSplitOptions.RemoveEmptyEntries)
        let parts = flag.Split('=', 2)
        select new KeyValuePair<string, string>(parts[0], parts.ElementAtOrDefault(1) ?? "");

    private static bool TryNumber(string text, int most, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= most;

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
