using System.Globalization;
using KcpTun.Sim.Plans;

namespace KcpTun.Bench.Validate;

/// <summary>A path and the flags of the tunnel over it.</summary>
/// <param name="LossPercent">Loss in each direction, per cent.</param>
/// <param name="RttMs">Round-trip time, ms, half of it each way.</param>
/// <param name="Mode">kcptun's mode.</param>
/// <param name="Fec">Shards of forward error correction.</param>
/// <param name="Window">Send and receive window of both ends, packets.</param>
internal sealed record LinkPoint(int LossPercent, int RttMs, string Mode, FecShards Fec, int Window)
{
    /// <summary>The window of a point that names none.</summary>
    public const int DefaultWindow = 512;

    /// <summary>How a point is written.</summary>
    public const string Syntax = "LOSS:RTT:MODE:DATA/PARITY[:WINDOW], as in 10:100:fast:10/3";

    /// <summary>
    /// The points of a complete run. The window of the short paths is small, so that it and not the processor decides.
    /// </summary>
    public static IReadOnlyList<string> Standard { get; } =
    [
        "0:20:fast:10/3:64", "0:100:fast3:0/0", "0:300:fast:10/3", "1:50:fast:10/3:128", "5:50:fast3:0/0:128",
        "5:100:fast:10/3", "10:100:fast:10/3", "10:100:fast:0/0", "10:200:fast3:10/3", "20:100:fast3:10/3",
        "20:200:fast:0/0", "30:200:fast3:10/3", "30:200:fast3:0/0", "30:300:fast:10/3",
    ];

    /// <summary>The points of a quick run.</summary>
    public static IReadOnlyList<string> Few { get; } = ["10:100:fast:10/3", "30:200:fast3:0/0"];

    /// <summary>Settings of the path as the simulator's options have them.</summary>
    public KeyValuePair<string, string>[] Link =>
        [new("loss", Text(LossPercent)), new("rtt", Text(RttMs))];

    /// <summary>kcptun's flags besides mode and shards: name without hyphens, value.</summary>
    public KeyValuePair<string, string>[] CommonFlags =>
        [new("sndwnd", Text(Window)), new("rcvwnd", Text(Window)), new("crypt", "aes")];

    /// <summary>The flags of both ends on kcptun's command line.</summary>
    public IEnumerable<string> Flags =>
    [
        "--mode", Mode,
        "--datashard", Text(Fec.Data), "--parityshard", Text(Fec.Parity),
        .. CommonFlags.SelectMany(flag => new[] { $"--{flag.Key}", flag.Value }),
    ];

    /// <summary>Reads a point.</summary>
    /// <returns>Null if the text is none.</returns>
    public static LinkPoint? TryParse(string text)
    {
        string[] parts = text.Split(':');
        int window = DefaultWindow;
        bool isPoint = parts.Length is 4 or 5
            & TryNumber(parts[0], 100, out int loss)
            && TryNumber(parts[1], 10_000, out int rtt)
            && FecShards.TryParse(parts[3], out _)
            && (parts.Length == 4 || TryNumber(parts[4], 32_768, out window));
        return isPoint && FecShards.TryParse(parts[3], out FecShards fec)
            ? new LinkPoint(loss, int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2], fec, window)
            : null;
    }

    public override string ToString() =>
        $"{Text(LossPercent)}:{Text(RttMs)}:{Mode}:{Fec}" + (Window == DefaultWindow ? "" : $":{Text(Window)}");

    private static bool TryNumber(string text, int most, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= most;

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
