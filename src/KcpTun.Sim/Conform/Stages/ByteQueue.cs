namespace KcpTun.Sim.Conform.Stages;

/// <summary>Bytes that wait to be written, in the pieces in which they came.</summary>
internal sealed class ByteQueue
{
    private readonly Queue<ReadOnlyMemory<byte>> _pieces = new();
    private int _taken;

    public long Length { get; private set; }

    /// <summary>The rest of the oldest piece.</summary>
    public ReadOnlyMemory<byte> Head => _pieces.Peek()[_taken..];

    /// <summary>Adds a piece, which must not change any more.</summary>
    public void Enqueue(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        _pieces.Enqueue(bytes);
        Length += bytes.Length;
    }

    /// <summary>Removes <paramref name="count"/> bytes, at most what <see cref="Head"/> has.</summary>
    public void Skip(int count)
    {
        Length -= count;
        _taken += count;
        if (_taken < _pieces.Peek().Length)
            return;
        _pieces.Dequeue();
        _taken = 0;
    }

    public void Clear()
    {
        _pieces.Clear();
        _taken = 0;
        Length = 0;
    }
}
