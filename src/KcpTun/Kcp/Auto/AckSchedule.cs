using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <summary>
/// When a receiver acknowledges: soon enough that the peer misses nothing, late enough that many acknowledgements, or
/// data that leaves anyway, share a packet.
/// </summary>
internal struct AckSchedule
{
    /// <summary>Packets with new data after which an acknowledgement leaves at once.</summary>
    public const int PacketsPerAck = 8;

    /// <summary>Longest that the acknowledgement of new data waits for company, ms.</summary>
    public const int Delay = 5;

    /// <summary>Longest that the acknowledgement of what had been received before waits, ms.</summary>
    public const int RepeatDelay = 40;

    private readonly int _copySpan;
    private bool _isPending;
    private uint _dueAt;
    private uint _newAt;
    private int _packets;

    public AckSchedule(AutoParameters parameters) => _copySpan = parameters.CopySpan;

    /// <summary>Something is to be acknowledged.</summary>
    public readonly bool IsPending => _isPending;

    /// <summary>When, ms; meaningful while <see cref="IsPending"/>.</summary>
    public readonly uint DueAt => _dueAt;

    /// <param name="isNew">
    /// The packet held a segment that had not been received before, or that una does not cover.
    /// </param>
    /// <param name="now">ms.</param>
    public void OnPacket(bool isNew, uint now)
    {
        if (isNew)
            _newAt = now;
        bool isMissed = SequenceNumber.Difference(now, _newAt) > _copySpan;
        uint dueAt = now + (uint)(isNew || isMissed ? Delay : RepeatDelay);
        if (isNew && ++_packets >= PacketsPerAck)
            dueAt = now;
        if (!_isPending || SequenceNumber.Difference(dueAt, _dueAt) < 0)
            _dueAt = dueAt;
        _isPending = true;
    }

    public readonly bool IsDue(uint now) => _isPending && SequenceNumber.Difference(now, _dueAt) >= 0;

    /// <summary>Everything has been acknowledged.</summary>
    public void Clear()
    {
        _isPending = false;
        _packets = 0;
    }
}
