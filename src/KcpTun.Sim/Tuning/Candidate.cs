using System.Globalization;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Tuning;

/// <summary>Who sits at the other end.</summary>
internal enum TunePeer
{
    /// <summary>KcpTun at both ends.</summary>
    Ours,

    /// <summary>KcpTun at the client, Go at the server.</summary>
    GoServer,

    /// <summary>KcpTun at the server, Go at the client.</summary>
    GoClient,
}

/// <summary>One setting that the search tries.</summary>
/// <param name="Client">Mode of the client.</param>
/// <param name="Server">Mode of the server.</param>
/// <param name="Fec">Shards, alike at both ends.</param>
/// <param name="Window">Send and receive window of both ends, segments; 0 leaves what the options say.</param>
/// <param name="StreamBuffer">Receive window of a stream, bytes; 0 leaves the default, which is enough.</param>
internal sealed record Candidate(string Client, string Server, FecShards Fec, int Window, int StreamBuffer)
{
    public const string AutoMode = "auto";

    /// <summary>As in <c>fast3+fec10/3 w1024</c>, and client and server where their modes differ.</summary>
    public string Name
    {
        get
        {
            string modes = Client == Server ? Client : $"{Client}|{Server}";
            string fec = Fec.IsOn ? $"+fec{Fec}" : "";
            return Window == 0 ? $"{modes}{fec}" : string.Create(
                CultureInfo.InvariantCulture, $"{modes}{fec} w{Window}");
        }
    }

    /// <summary>Whether an end decides by itself when it sends.</summary>
    public bool HasAuto => Client == AutoMode || Server == AutoMode;

    /// <summary>Whether the peer of a mode auto runs a stock mode.</summary>
    public bool IsOneSided => Client != Server;

    /// <summary>kcptun's flags of both ends, but for mode and shards: name without hyphens, value.</summary>
    public IEnumerable<KeyValuePair<string, string>> Flags()
    {
        if (Window > 0)
        {
            yield return new("sndwnd", Text(Window));
            yield return new("rcvwnd", Text(Window));
        }

        if (StreamBuffer > 0)
        {
            // All streams of a session share its buffer; two must be able to fill theirs.
            yield return new("smuxbuf", Text(2 * StreamBuffer));
            yield return new("streambuf", Text(StreamBuffer));
        }
    }

    /// <summary>What a command line says with this setting.</summary>
    /// <param name="given">Path, workloads, seeds, and flags that are not searched.</param>
    public PlanArguments Apply(PlanArguments given) => given with
    {
        Flags = [.. given.Flags.Where(flag => !PlanNames.IsShard(flag.Key)), .. Flags()],
        Modes = [IsOneSided && Client == AutoMode ? Server : Client],
        Fecs = [Fec.ToString()],
        ClientWords = IsOneSided && Client == AutoMode ? [.. given.ClientWords, $"--mode={Client}"] : given.ClientWords,
        ServerWords = IsOneSided && Server == AutoMode ? [.. given.ServerWords, $"--mode={Server}"] : given.ServerWords,
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
