using System.Net;

namespace KcpTun.GoInterop;

/// <summary>How to start both ends of a tunnel; addresses are added when it starts.</summary>
public sealed record TunnelPlan
{
    public required Implementation Client { get; init; }

    public required Implementation Server { get; init; }

    /// <summary>The client's command line after program and verb, addresses excepted.</summary>
    public IReadOnlyList<string> ClientFlags { get; init; } = [];

    /// <summary>The server's command line after program and verb, addresses excepted.</summary>
    public IReadOnlyList<string> ServerFlags { get; init; } = [];

    /// <summary>The content of the client's JSON file (<c>-c</c>), if it is to have one.</summary>
    public string? ClientConfiguration { get; init; }

    /// <summary>The content of the server's JSON file (<c>-c</c>), if it is to have one.</summary>
    public string? ServerConfiguration { get; init; }

    /// <summary>UDP ports between the ends; more than one makes both ends use a range.</summary>
    public int PortCount { get; init; } = 1;

    /// <summary>Whether applications reach the client through a Unix socket.</summary>
    public bool EntersByUnixSocket { get; init; }

    /// <summary>
    /// Puts something between the ends: called with the server's address once the server runs.
    /// </summary>
    public Func<IPEndPoint, ITunnelPath>? StartPath { get; init; }
}

/// <summary>Passes datagrams on between client and server.</summary>
public interface ITunnelPath : IAsyncDisposable
{
    /// <summary>The address that the client is to dial in place of the server's.</summary>
    IPEndPoint Entry { get; }
}
