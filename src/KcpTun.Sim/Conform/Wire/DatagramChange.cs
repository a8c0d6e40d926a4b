namespace KcpTun.Sim.Conform.Wire;

/// <summary>What <c>{ ... }</c> in front of a packet that is sent does to its datagram.</summary>
internal sealed record DatagramChange
{
    public static DatagramChange None { get; } = new();

    /// <summary>The checksum is wrong.</summary>
    public bool BadCrc { get; init; }

    /// <summary>The AEAD tag is wrong.</summary>
    public bool BadTag { get; init; }

    /// <summary>Nonce to seal with, of the envelope's length; null for one of the tester's own.</summary>
    public ReadOnlyMemory<byte>? Nonce { get; init; }

    /// <summary>Offset of a byte that is inverted after sealing; null for none.</summary>
    public int? Flip { get; init; }

    /// <summary>Length the sealed datagram is cut to; null for all of it.</summary>
    public int? Cut { get; init; }

    /// <summary>Length the sealed datagram is padded to with zeros; null for none.</summary>
    public int? Pad { get; init; }

    /// <summary>Key to seal with instead of the configuration's.</summary>
    public string? Key { get; init; }

    /// <summary>Cipher to seal with instead of the configuration's.</summary>
    public string? Crypt { get; init; }

    /// <summary>The tester's socket it leaves from: 1, or another.</summary>
    public int From { get; init; } = 1;

    /// <summary>How often it is sent.</summary>
    public int Times { get; init; } = 1;
}
