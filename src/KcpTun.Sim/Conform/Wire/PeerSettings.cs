using KcpTun.Crypt;
using KcpTun.Link;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>What a <see cref="PlayedPeer"/> is made of.</summary>
internal sealed record PeerSettings
{
    /// <summary>Conversation of a played client that is told no other.</summary>
    public const uint DefaultConversation = 0x11223344;

    public required WireLayer Layer { get; init; }

    /// <summary>Settings of the end that the tester plays; tuncrypt and rate limit are not played.</summary>
    public required LinkOptions Link { get; init; }

    /// <summary>The envelope's secret, <see cref="KeyDerivation.PassSize"/> bytes.</summary>
    public required ReadOnlyMemory<byte> Pass { get; init; }

    /// <summary>Conversation of a played client; a played server takes its peer's.</summary>
    public uint Conversation { get; init; } = DefaultConversation;

    /// <summary>Seed of the nonces.</summary>
    public ulong Seed { get; init; }

    /// <summary>The settings of the end that these options describe; takes some milliseconds of CPU.</summary>
    /// <param name="options"><see cref="ClientOptions"/> to play a client, else a server.</param>
    public static PeerSettings Of(WireLayer layer, TunnelOptions options, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new PeerSettings
        {
            Layer = layer,
            Link = TunnelContext.LinkOf(options, options is ClientOptions, tuncryptKey: null),
            Pass = KeyDerivation.DerivePass(options.Key),
            Seed = seed,
        };
    }
}
