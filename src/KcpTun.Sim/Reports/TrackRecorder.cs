using KcpTun.Kcp;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Reports;

/// <summary>Collects the points of one conversation in one direction.</summary>
internal sealed class TrackRecorder
{
    private readonly ThinnedSeries[] _series;
    private long _next;
    private long _unacknowledged = -1;

    public TrackRecorder(int maxPoints)
    {
        _series = new ThinnedSeries[Enum.GetValues<TimeSequenceKind>().Length];
        for (int i = 0; i < _series.Length; i++)
            _series[i] = new ThinnedSeries((TimeSequenceKind)i, maxPoints);
    }

    /// <summary>Whether a segment with data has been sent.</summary>
    public bool HasData { get; private set; }

    /// <summary>A segment with data was sent, arrived or was lost.</summary>
    public void Transmission(in WireEvent wireEvent, uint sequenceNumber)
    {
        if (wireEvent.Kind == WireEventKind.Delivered && (wireEvent.IsDuplicate || wireEvent.IsCorrupted))
            return;
        long number = Unwrap(sequenceNumber);
        HasData = true;
        TimeSequenceKind kind = wireEvent.Kind switch
        {
            WireEventKind.Dropped => TimeSequenceKind.Dropped,
            WireEventKind.Delivered => TimeSequenceKind.Delivered,
            // KCP first sends in the order of the numbers, so that a lower one has been sent before.
            _ => number < _next ? TimeSequenceKind.Retransmission : TimeSequenceKind.First,
        };
        if (kind == TimeSequenceKind.First)
            _next = number + 1;
        Add(kind, wireEvent.Time, number);
    }

    /// <summary>A segment of the other direction reached the sender of this one.</summary>
    public void Feedback(long time, in KcpHeader header)
    {
        if (header.Command == KcpHeader.Ack)
            Add(TimeSequenceKind.Acknowledged, time, Unwrap(header.SequenceNumber));
        long unacknowledged = Unwrap(header.Unacknowledged);
        if (unacknowledged <= _unacknowledged)
            return;
        _unacknowledged = unacknowledged;
        Add(TimeSequenceKind.Cumulative, time, unacknowledged);
    }

    public TimeSequenceSeries[] Finish() =>
        [.. _series.Where(series => !series.IsEmpty).Select(series => series.Finish())];

    /// <summary>The number nearest to the last one sent that has these 32 bits.</summary>
    private long Unwrap(uint number) => _next + (int)(number - (uint)_next);

    private void Add(TimeSequenceKind kind, long time, long number) =>
        _series[(int)kind].Add(new TimeSequencePoint(time, number));
}

/// <summary>A series that halves itself whenever it is full.</summary>
internal sealed class ThinnedSeries(TimeSequenceKind kind, int maxPoints)
{
    private readonly List<TimeSequencePoint> _points = [];
    private int _stride = 1;
    private long _count;

    public bool IsEmpty => _points.Count == 0;

    public void Add(TimeSequencePoint point)
    {
        bool isKept = _count++ % _stride == 0;
        if (!isKept)
            return;
        if (_points.Count == maxPoints)
        {
            Halve();
            if ((_count - 1) % _stride != 0)
                return;
        }

        _points.Add(point);
    }

    public TimeSequenceSeries Finish() => new(kind, _stride, _points);

    private void Halve()
    {
        int kept = (_points.Count + 1) / 2;
        for (int i = 0; i < kept; i++)
            _points[i] = _points[2 * i];
        _points.RemoveRange(kept, _points.Count - kept);
        _stride *= 2;
    }
}
