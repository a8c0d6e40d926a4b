using KcpTun.Primitives;

namespace KcpTun.Sim.Tcp;

/// <summary>When what has arrived is to be acknowledged.</summary>
internal enum AckNeed
{
    /// <summary>There is nothing to say.</summary>
    None,

    /// <summary>With the next segment, or soon.</summary>
    Delayed,

    /// <summary>At once.</summary>
    Now,
}

/// <summary>Puts what arrives in order and knows what is to be acknowledged (RFC 9293, RFC 5681, RFC 2018).</summary>
internal sealed class TcpReceiver
{
    /// <summary>Bytes that may wait for the application or for missing ones: what Linux grows to.</summary>
    public const int BufferBytes = 6 * 1024 * 1024;

    /// <summary>
    /// Segments acknowledged one by one at first, so that the sender's window opens quickly, as Linux does it.
    /// </summary>
    private const int QuickSegments = 16;

    private readonly ByteQueue _ready = new(BufferBytes);
    private readonly SortedDictionary<long, (byte[] Payload, bool IsLast)> _early = [];
    private readonly List<TcpRange> _ranges = [];
    private int _segments;
    private bool _isOneOwed;
    private TcpRange? _duplicate;

    /// <summary>The byte that is expected next.</summary>
    public long Next { get; private set; }

    /// <summary>The other side will send no more, and everything has arrived.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>There is more to say than <see cref="Next"/>.</summary>
    public bool HasBlocks => _duplicate is not null || _ranges.Count > 0;

    /// <summary>Bytes for the application.</summary>
    public int Ready => _ready.Count;

    /// <summary>Bytes from <see cref="Next"/> on there is room for.</summary>
    public int Window => _ready.Free;

    /// <summary>Takes bytes in order.</summary>
    public int Read(Span<byte> destination) => _ready.Read(destination);

    /// <summary>Nobody will read what has arrived.</summary>
    public void Discard() => _ready.Clear();

    /// <summary>
    /// What an acknowledgement that leaves now has to say besides <see cref="Next"/>: first what came once more
    /// (RFC 2883), then what has arrived behind a hole, the newest first.
    /// </summary>
    /// <param name="blocks">Room; when there is none, they wait for the next.</param>
    /// <returns>How many there are.</returns>
    public int TakeBlocks(Span<TcpRange> blocks)
    {
        int count = 0;
        _isOneOwed = false;
        if (blocks.IsEmpty)
            return 0;
        if (_duplicate is { } duplicate)
            blocks[count++] = duplicate;
        for (int i = 0; i < _ranges.Count && count < blocks.Length; i++)
            blocks[count++] = _ranges[i];
        _duplicate = null;
        return count;
    }

    /// <summary>A segment arrives.</summary>
    /// <param name="sequence">Of its first byte, or of its SYN.</param>
    public AckNeed Accept(long sequence, TcpFlags flags, ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty && (flags & (TcpFlags.Syn | TcpFlags.Fin)) == 0)
            return AckNeed.None;
        if ((flags & TcpFlags.Syn) != 0)
        {
            Next = Math.Max(Next, 1);
            return AckNeed.Now;
        }

        bool isLast = (flags & TcpFlags.Fin) != 0;
        bool isKnown = sequence < Next || _early.ContainsKey(sequence);
        bool isWithin = sequence + payload.Length <= Next + Window;
        if (isKnown || sequence > Next || !isWithin)
        {
            var range = new TcpRange(sequence, sequence + payload.Length + (isLast ? 1 : 0));
            if (isKnown)
                Repeat(range);
            else if (isWithin)
                Keep(range, payload, isLast);
            return AckNeed.Now;
        }

        bool mustSay = ++_segments <= QuickSegments || _isOneOwed || _early.Count > 0 || isLast;
        Append(payload, isLast);
        while (_early.Remove(Next, out (byte[] Payload, bool IsLast) next))
        {
            Append(next.Payload, next.IsLast);
        }

        _ranges.RemoveAll(range => range.End <= Next);
        _isOneOwed = true;
        return mustSay ? AckNeed.Now : AckNeed.Delayed;
    }

    private void Append(ReadOnlySpan<byte> payload, bool isLast)
    {
        _ready.Write(payload);
        Next += payload.Length + (isLast ? 1 : 0);
        HasEnded |= isLast;
    }

    /// <summary>The block that holds it is the newest again, and is named next (RFC 2883, section 4).</summary>
    private void Repeat(TcpRange range)
    {
        _duplicate = range;
        int index = _ranges.FindIndex(other => other.Start <= range.Start && range.End <= other.End);
        if (index <= 0)
            return;
        TcpRange holder = _ranges[index];
        _ranges.RemoveAt(index);
        _ranges.Insert(0, holder);
    }

    private void Keep(TcpRange range, ReadOnlySpan<byte> payload, bool isLast)
    {
        _early.Add(range.Start, (payload.ToArray(), isLast));
        TcpRange merged = range;
        for (int i = _ranges.Count - 1; i >= 0; i--)
        {
            TcpRange other = _ranges[i];
            if (other.End < merged.Start || other.Start > merged.End)
                continue;
            merged = new TcpRange(Math.Min(other.Start, merged.Start), Math.Max(other.End, merged.End));
            _ranges.RemoveAt(i);
        }

        _ranges.Insert(0, merged);
    }
}
