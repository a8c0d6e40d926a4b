namespace KcpTun.Primitives;

/// <summary>
/// Datagrams that travel together: one pinned buffer, and for each datagram where it lies and whom it comes from or
/// goes to. A sender fills slots one after the other; a receiver may place datagrams anywhere in the buffer (the
/// kernel hands several over in one piece with GRO). One owner at a time; never shared between threads.
/// </summary>
public sealed class DatagramBatch
{
    /// <summary>Room for one outgoing datagram, bytes. No kcptun datagram exceeds 1500 (PROTOCOL a.4).</summary>
    public const int SlotSize = 2048;

    private readonly Slice[] _slices;
    private readonly PeerAddress[] _peers;

    /// <param name="capacity">Most datagrams it can hold.</param>
    /// <param name="bufferSize">Bytes of the buffer; by default a slot for each datagram.</param>
    public DatagramBatch(int capacity, int bufferSize = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        Buffer = GC.AllocateArray<byte>(bufferSize > 0 ? bufferSize : capacity * SlotSize, pinned: true);
        _slices = new Slice[capacity];
        _peers = new PeerAddress[capacity];
    }

    /// <summary>The pinned buffer all slices point into.</summary>
    public byte[] Buffer { get; }

    public int Capacity => _slices.Length;

    public int Count { get; private set; }

    public bool IsFull => Count == _slices.Length;

    /// <summary>Where each datagram lies in <see cref="Buffer"/>.</summary>
    public ReadOnlySpan<Slice> Slices => _slices.AsSpan(0, Count);

    public ReadOnlySpan<PeerAddress> Peers => _peers.AsSpan(0, Count);

    public Span<byte> this[int index] => Buffer.AsSpan(_slices[index].Offset, _slices[index].Length);

    /// <summary>
    /// The free slot that the next <see cref="Commit"/> makes a datagram. The batch must not be full.
    /// </summary>
    public Span<byte> Reserve() => Buffer.AsSpan(Count * SlotSize, SlotSize);

    /// <summary>Makes the first <paramref name="length"/> bytes of the reserved slot a datagram.</summary>
    public void Commit(int length, in PeerAddress peer) => Add(new Slice(Count * SlotSize, length), peer);

    /// <summary>Adds a datagram that already lies in <see cref="Buffer"/>.</summary>
    public void Add(Slice slice, in PeerAddress peer)
    {
        _slices[Count] = slice;
        _peers[Count] = peer;
        Count++;
    }

    /// <summary>Forgets all datagrams.</summary>
    public void Clear() => Count = 0;
}
