using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Network;

/// <summary>
/// What a machine does to its programs now and then, all of it legal: short reads, full socket buffers.
/// </summary>
internal sealed class HostFaults
{
    private long _draws;

    /// <summary>A machine that behaves.</summary>
    public static HostFaults None => new();

    /// <summary>Most bytes a read from a TCP connection returns.</summary>
    public int LongestRead { get; init; } = int.MaxValue;

    /// <summary>How often a UDP socket takes only a part of a batch.</summary>
    public Probability FullSocket { get; init; }

    /// <summary>Decides when.</summary>
    public RandomStream Chance { get; init; }

    /// <summary>Datagrams of <paramref name="wanted"/> that the socket takes now.</summary>
    public int TakeSendRoom(int wanted)
    {
        if (FullSocket.IsZero || !FullSocket.Holds(Chance.At(_draws++)))
            return wanted;
        return (int)Chance.At(_draws++, wanted);
    }
}
