using System.Buffers;

namespace KcpTun.Primitives;

/// <summary>
/// A byte queue that grows by doubling from a pool up to a limit and gives its memory back when it runs empty.
/// Single-threaded: the owner locks.
/// </summary>
/// <param name="limit">Most bytes it takes.</param>
/// <param name="pool">Where the memory comes from; by default what everybody shares.</param>
public sealed class ByteRing(int limit, ArrayPool<byte>? pool = null)
{
    private const int MinimumSize = 4096;

    private readonly ArrayPool<byte> _pool = pool ?? ArrayPool<byte>.Shared;
    private byte[] _buffer = [];
    private int _head;

    /// <summary>Bytes queued.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that can still be written before the limit.</summary>
    public int Free => Math.Max(0, limit - Count);

    /// <summary>Appends as much as the limit allows.</summary>
    /// <returns>Bytes taken.</returns>
    public int Write(ReadOnlySpan<byte> source)
    {
        int length = Math.Min(source.Length, Free);
        if (length == 0)
            return 0;
        EnsureCapacity(Count + length);
        int tail = (_head + Count) & (_buffer.Length - 1);
        int first = Math.Min(length, _buffer.Length - tail);
        source[..first].CopyTo(_buffer.AsSpan(tail));
        source[first..length].CopyTo(_buffer);
        Count += length;
        return length;
    }

    /// <summary>Removes up to <paramref name="destination"/>.Length bytes from the front.</summary>
    /// <returns>Bytes copied.</returns>
    public int Read(Span<byte> destination)
    {
        int length = Math.Min(destination.Length, Count);
        if (length == 0)
            return 0;
        int first = Math.Min(length, _buffer.Length - _head);
        _buffer.AsSpan(_head, first).CopyTo(destination);
        _buffer.AsSpan(0, length - first).CopyTo(destination[first..]);
        _head = (_head + length) & (_buffer.Length - 1);
        Count -= length;
        if (Count == 0)
            Release();
        return length;
    }

    /// <summary>Drops the content and returns the memory.</summary>
    public void Clear()
    {
        Count = 0;
        Release();
    }

    private void Release()
    {
        _head = 0;
        if (_buffer.Length == 0)
            return;
        _pool.Return(_buffer);
        _buffer = [];
    }

    private void EnsureCapacity(int needed)
    {
        if (needed <= _buffer.Length)
            return;
        int size = Math.Max(MinimumSize, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)needed));
        // The pool hands out powers of two at these sizes; the mask arithmetic relies on it.
        byte[] grown = _pool.Rent(size);
        if (!System.Numerics.BitOperations.IsPow2(grown.Length))
        {
            _pool.Return(grown);
            grown = new byte[size];
        }

        int first = Math.Min(Count, _buffer.Length - _head);
        _buffer.AsSpan(_head, first).CopyTo(grown);
        _buffer.AsSpan(0, Count - first).CopyTo(grown.AsSpan(first));
        if (_buffer.Length > 0)
            _pool.Return(_buffer);
        _buffer = grown;
        _head = 0;
    }
}
