using System.Globalization;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Plans;

/// <summary>Shards of forward error correction as <c>--fec</c> has them, data/parity.</summary>
/// <param name="Data">Data shards of a group; 0 switches FEC off.</param>
/// <param name="Parity">Parity shards of a group; 0 switches FEC off.</param>
public readonly record struct FecShards(int Data, int Parity)
{
    /// <summary>Whether any parity is sent.</summary>
    public bool IsOn => Data > 0 && Parity > 0;

    /// <summary>Reads <c>10/3</c>.</summary>
    public static bool TryParse(string text, out FecShards shards)
    {
        string[] parts = text.Split('/');
        int parity = 0;
        bool valid = int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int data)
            && parts.Length == 2
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out parity)
            && data > 0 == parity > 0;
        shards = valid ? new FecShards(data, parity) : default;
        return valid;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Data}/{Parity}");
}

/// <summary>One of the settings that an experiment compares.</summary>
public sealed record Variant
{
    /// <summary>kcptun's mode.</summary>
    public required string Mode { get; init; }

    /// <summary>What <c>--fec</c> said, or null when the flags of both ends decide.</summary>
    public FecShards? Fec { get; init; }

    public required ClientOptions Client { get; init; }

    public required ServerOptions Server { get; init; }

    /// <summary>As in <c>fast2+fec10/3</c>.</summary>
    public string Name => Fec is { IsOn: true } fec ? $"{Mode}+fec{fec}" : Mode;
}
