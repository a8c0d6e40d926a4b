namespace KcpTun.Bench.Reports;

/// <summary>Which ends of a tunnel are ours.</summary>
internal enum OurEnds
{
    None,
    Client,
    Server,
    Both,
}

/// <summary>Who was measured, by name: <c>ours-jit->go-20260314</c>.</summary>
internal sealed record Subject(string Client, string Server)
{
    /// <summary>How names of our builds begin.</summary>
    public const string OursPrefix = "ours-";

    private const string Arrow = "->";

    public OurEnds Ours => (IsOurs(Client), IsOurs(Server)) switch
    {
        (true, true) => OurEnds.Both,
        (true, false) => OurEnds.Client,
        (false, true) => OurEnds.Server,
        _ => OurEnds.None,
    };

    /// <summary>Which of our builds takes part; null if none does.</summary>
    public string? Build =>
        new[] { Client, Server }.FirstOrDefault(IsOurs)?[OursPrefix.Length..];

    /// <exception cref="FormatException">It is not two names with an arrow between.</exception>
    public static Subject Parse(string text) => text.Split(Arrow) is [var client, var server]
        ? new Subject(client, server)
        : throw new FormatException($"'{text}' is not client->server");

    public override string ToString() => Client + Arrow + Server;

    private static bool IsOurs(string name) => name.StartsWith(OursPrefix, StringComparison.Ordinal);
}
