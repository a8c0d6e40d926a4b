using System.Buffers.Binary;
using KcpTun.Primitives;

namespace KcpTun.Sim.Engine;

/// <summary>Nonces, conversation ids and port choices of one owner, from the run's seed.</summary>
public sealed class SimEntropy(RandomStream stream) : IEntropy
{
    private long _index;

    public void Fill(Span<byte> destination)
    {
        while (destination.Length >= sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, stream.At(_index++));
            destination = destination[sizeof(ulong)..];
        }

        if (destination.IsEmpty)
            return;
        Span<byte> last = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(last, stream.At(_index++));
        last[..destination.Length].CopyTo(destination);
    }
}
