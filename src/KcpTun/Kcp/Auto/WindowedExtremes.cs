using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <summary>Largest value of the last rounds, from the largest of each of two halves (a bounded windowed
/// filter).</summary>
internal struct WindowedMaximum(int length)
{
    private long _current;
    private long _before;
    private long _start;

    public readonly long Value => Math.Max(_current, _before);

    /// <param name="value">Sample.</param>
    /// <param name="round">Number of the round, never less than in the call before.</param>
    public void Add(long value, long round)
    {
        if (round - _start >= length / 2)
        {
            _before = round - _start >= length ? 0 : _current;
            _current = 0;
            _start = round;
        }

        _current = Math.Max(_current, value);
    }
}

/// <summary>Least round trip of the last seconds.</summary>
internal struct MinimumRtt
{
    /// <summary>How long a sample counts, ms (BBR draft, MinRTTFilterLen).</summary>
    public const int Memory = 10_000;

    private uint _takenAt;

    /// <summary>ms; 0 before the first sample.</summary>
    public int Value { get; private set; }

    /// <summary>Whether no sample has been that low for <see cref="Memory"/>.</summary>
    public readonly bool IsStale(uint now) => Value > 0 && SequenceNumber.Difference(now, _takenAt) > Memory;

    public void Add(int rtt, uint now)
    {
        if (Value != 0 && rtt > Value && !IsStale(now))
            return;
        Value = Math.Max(1, rtt);
        _takenAt = now;
    }
}
