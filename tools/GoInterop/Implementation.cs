namespace KcpTun.GoInterop;

/// <summary>A program that can be either end of a tunnel.</summary>
public sealed record Implementation
{
    /// <summary>The program this repository builds.</summary>
    public static Implementation Ours { get; } = OurBuild("ours", Repository.TunnelExecutable);

    /// <summary>Go release 20210922, Debian stable.</summary>
    public static Implementation GoOld { get; } = Go("20210922", Capabilities.None);

    /// <summary>Go release 20260314, Debian unstable.</summary>
    public static Implementation GoNew { get; } = Go("20260314", Capabilities.Modern);

    /// <summary>The name in test ids and tables.</summary>
    public required string Name { get; init; }

    public required Capabilities Capabilities { get; init; }

    /// <summary>
    /// Whether this end may drop received bytes that nobody has read yet when it has sent its FIN and the peer's FIN
    /// arrives (PROTOCOL e.6): a defect of the Go release that has half-close.
    /// </summary>
    public bool DropsUnreadBytesWhenFinsMeet { get; private init; }

    /// <summary>Program and leading arguments of the client end.</summary>
    public required IReadOnlyList<string> ClientCommand { get; init; }

    /// <summary>Program and leading arguments of the server end.</summary>
    public required IReadOnlyList<string> ServerCommand { get; init; }

    /// <summary>Whether both programs exist.</summary>
    public bool IsPresent => File.Exists(ClientCommand[0]) && File.Exists(ServerCommand[0]);

    /// <summary>One of several builds of the program under test.</summary>
    public static Implementation OurBuild(string name, string executable) => new()
    {
        Name = name,
        Capabilities = Capabilities.Modern,
        ClientCommand = [executable, "client"],
        ServerCommand = [executable, "server"],
    };

    public override string ToString() => Name;

    private static Implementation Go(string release, Capabilities capabilities)
    {
        string folder = Path.Combine(Repository.Artifacts, "go", release);
        return new Implementation
        {
            Name = $"go-{release}",
            Capabilities = capabilities,
            DropsUnreadBytesWhenFinsMeet = capabilities.HasFlag(Capabilities.HalfClose),
            ClientCommand = [Path.Combine(folder, "kcptun-client")],
            ServerCommand = [Path.Combine(folder, "kcptun-server")],
        };
    }
}
