using System.Buffers;

namespace KcpTun.Primitives;

/// <summary>
/// A byte queue in blocks from a pool, which gives its memory back as it is read. A block can be handed over, and
/// taken, without a copy: in a saturated tunnel the copies of a queue that grew as one array, and those to and from the
/// pump's buffers, were 7 % of the receiver's processor time and 3 % of the sender's (docs/performance.md).
/// Single-threaded: the owner locks.
/// </summary>
/// <param name="limit">Most bytes that <see cref="Write"/> lets wait.</param>
/// <param name="pool">Where the blocks come from; by default what everybody shares.</param>
public sealed class ByteQueue(int limit, ArrayPool<byte>? pool = null)
{
    private const int SmallestBlock = 16 * 1024;
    private const int LargestBlock = 64 * 1024;

    private readonly ArrayPool<byte> _pool = pool ?? ArrayPool<byte>.Shared;
    private readonly Queue<Block> _full = new();
    private Block _tail;
    private int _headRead;
    private int _blockSize = SmallestBlock;

    /// <summary>Bytes queued.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that can still be written before the limit.</summary>
    public int Free => Math.Max(0, limit - Count);

    /// <summary>Appends as much as the limit allows.</summary>
    /// <returns>Bytes taken.</returns>
    public int Write(ReadOnlySpan<byte> source)
    {
        int length = Math.Min(source.Length, Free);
        Copy(source[..length]);
        return length;
    }

    /// <summary>
    /// Appends the first <paramref name="length"/> bytes of an array of the queue's pool, which belongs to the queue
    /// from now on. The limit is the caller's affair. What fills no more than half of its array is copied instead, so
    /// that no more than twice of what waits is held.
    /// </summary>
    public void Append(byte[] rented, int length)
    {
        ArgumentNullException.ThrowIfNull(rented);
        if (length <= rented.Length / 2)
        {
            Copy(rented.AsSpan(0, length));
            _pool.Return(rented);
            return;
        }

        EndBlock();
        _full.Enqueue(new Block(rented, length));
        Count += length;
    }

    /// <summary>Removes up to <paramref name="destination"/>.Length bytes from the front.</summary>
    /// <returns>Bytes copied.</returns>
    public int Read(Span<byte> destination)
    {
        int length = 0;
        while (Count > 0 && length < destination.Length)
        {
            Block head = _full.Count > 0 ? _full.Peek() : _tail;
            int part = Math.Min(destination.Length - length, head.Length - _headRead);
            head.Bytes.AsSpan(_headRead, part).CopyTo(destination[length..]);
            length += part;
            if (_headRead + part == head.Length)
            {
                _pool.Return(Take().Array!);
            }
            else
            {
                _headRead += part;
                Count -= part;
            }
        }

        return length;
    }

    /// <summary>
    /// Removes what is left of the first block. The array belongs to the caller, who returns it to the queue's pool.
    /// </summary>
    /// <returns>Without an array when the queue is empty.</returns>
    public ArraySegment<byte> Take()
    {
        if (Count == 0)
            return default;
        if (_full.Count == 0)
            EndBlock();
        Block head = _full.Dequeue();
        var taken = new ArraySegment<byte>(head.Bytes!, _headRead, head.Length - _headRead);
        _headRead = 0;
        Count -= taken.Count;
        return taken;
    }

    /// <summary>Drops the content and returns the memory.</summary>
    public void Clear()
    {
        while (Count > 0)
            _pool.Return(Take().Array!);
    }

    private void Copy(ReadOnlySpan<byte> source)
    {
        Count += source.Length;
        while (source.Length > 0)
        {
            if (_tail.Room == 0)
                BeginBlock();
            int part = Math.Min(source.Length, _tail.Room);
            source[..part].CopyTo(_tail.Bytes.AsSpan(_tail.Length));
            _tail = _tail with { Length = _tail.Length + part };
            source = source[part..];
        }
    }

    private void BeginBlock()
    {
        EndBlock();
        _tail = new Block(_pool.Rent(_blockSize), 0);
    }

    /// <summary>Blocks double while they fill up: who has little to say needs little memory.</summary>
    private void EndBlock()
    {
        if (_tail.Bytes is null)
            return;
        _blockSize = _tail.Room == 0 ? Math.Min(_blockSize * 2, LargestBlock) : SmallestBlock;
        _full.Enqueue(_tail);
        _tail = default;
    }

    private readonly record struct Block(byte[]? Bytes, int Length)
    {
        public int Room => Bytes is null ? 0 : Bytes.Length - Length;
    }
}
