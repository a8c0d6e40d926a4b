using System.Globalization;
using KcpTun.Bench.EndToEnd.Scenarios;
using KcpTun.Sim.Links;
using KcpTun.Sim.Plans;

namespace KcpTun.Bench.EndToEnd;

/// <summary>Goodput over every combination of what is listed: the row that is run only when asked for.</summary>
internal sealed record Matrix
{
    /// <summary>What the ids of its scenarios begin with.</summary>
    public const string Prefix = "matrix ";

    private const string Loopback = "none";

    public required IReadOnlyList<string> Ciphers { get; init; }

    /// <summary>Shards: <c>10/3</c>, <c>0/0</c>.</summary>
    public required IReadOnlyList<FecShards> Fec { get; init; }

    /// <summary>Sending and receiving windows of both ends, packets.</summary>
    public required IReadOnlyList<int> Windows { get; init; }

    /// <summary>Streams that share the bytes.</summary>
    public required IReadOnlyList<int> Streams { get; init; }

    /// <summary>Paths: <c>none</c>, or settings joined by +, as in <c>rtt=50+loss=1+rate=100mbit</c>.</summary>
    public required IReadOnlyList<string> Links { get; init; }

    /// <summary>Checks what the options say.</summary>
    /// <returns>One line that names what is wrong; null if nothing is.</returns>
    public string? Validate()
    {
        foreach (string link in Links)
        {
            if (!PathSpec.TryParse(Settings(link), out _, out string? error))
                return $"--links {link}: {error}";
        }

        return null;
    }

    public IEnumerable<Scenario> Scenarios(Effort effort) =>
        from cipher in Ciphers
        from fec in Fec
        from window in Windows
        from streams in Streams
        from link in Links
        let text = $"{cipher} {fec} window {Number(window)} streams {Number(streams)} path {link}"
        let shape = new TunnelShape(Flags(cipher, fec, window)) { Link = Settings(link) }
        select new BulkScenario(Prefix + text, text, shape, effort, streams);

    private static string[] Flags(string cipher, FecShards fec, int window) =>
    [
        "--mode", "fast", "--crypt", cipher, "--datashard", Number(fec.Data), "--parityshard", Number(fec.Parity),
        "--sndwnd", Number(window), "--rcvwnd", Number(window),
    ];

    private static KeyValuePair<string, string>[] Settings(string link) => link == Loopback
        ? []
        : [.. from setting in link.Split('+')
              let parts = setting.Split('=', 2)
              select new KeyValuePair<string, string>(parts[0], parts.ElementAtOrDefault(1) ?? "")];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
