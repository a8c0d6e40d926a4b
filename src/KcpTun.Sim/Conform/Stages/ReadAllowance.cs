using System.Buffers;

namespace KcpTun.Sim.Conform.Stages;

/// <summary>What an application may still read, and what it has read.</summary>
internal sealed class ReadAllowance
{
    private ArrayBufferWriter<byte> _received = new();

    /// <summary>Bytes it may still read.</summary>
    public long Left { get; private set; }

    public void Grant(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Left = bytes > long.MaxValue - Left ? long.MaxValue : Left + bytes;
    }

    /// <summary>Bytes have been read, at most <see cref="Left"/>.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Left -= bytes.Length;
        _received.Write(bytes);
    }

    /// <summary>What was read since the last call.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        if (_received.WrittenCount == 0)
            return default;
        ReadOnlyMemory<byte> taken = _received.WrittenMemory;
        _received = new ArrayBufferWriter<byte>();
        return taken;
    }
}
