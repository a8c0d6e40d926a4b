using System.Globalization;
using System.Net;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Relay;

/// <summary>What a relay listens on, where it leads, and over what path.</summary>
public sealed record RelayOptions
{
    /// <summary>Where clients send to.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The server.</summary>
    public required IPEndPoint To { get; init; }

    /// <summary>The path between; its client is at <see cref="Listen"/>.</summary>
    public required PathSpec Path { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>How long it runs; null until it is cancelled.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Clients served at a time; the datagrams of others are lost as unreachable.</summary>
    public int MaxPeers { get; init; } = 256;

    /// <summary>Silence after which a client's socket is closed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// An address and port: <c>127.0.0.1:4000</c>, <c>[::1]:4000</c>, <c>localhost:4000</c>, or <c>:4000</c> for all
    /// interfaces.
    /// </summary>
    public static bool TryEndPoint(string text, out IPEndPoint? endPoint)
    {
        ArgumentNullException.ThrowIfNull(text);
        endPoint = null;
        int colon = text.LastIndexOf(':');
        string digits = text[(colon + 1)..];
        if (colon < 0 || !ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            return false;
        string host = text[..colon];
        IPAddress? address = host switch
        {
            "" => IPAddress.Any,
            "localhost" => IPAddress.Loopback,
            ['[', .. string inner, ']'] when IPAddress.TryParse(inner, out IPAddress? v6) => v6,
            _ when !host.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(host, out IPAddress? v4) => v4,
            _ => null,
        };
        if (address is not null)
            endPoint = new IPEndPoint(address, port);
        return address is not null;
    }
}
