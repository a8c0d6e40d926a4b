using System.Diagnostics;
using KcpTun.Primitives;

namespace KcpTun.Sim.Conform.Stages.Live;

/// <summary>
/// Where the threads of a live stage meet: guards what they share, wakes the tester when there is news, and has the
/// stage's clock.
/// </summary>
internal sealed class LiveGate
{
    private const int MicrosecondsPerMillisecond = 1000;

    private long _start = Stopwatch.GetTimestamp();
    private bool _hasNews;

    /// <summary>Time since the subject started.</summary>
    public Instant Now => At(Stopwatch.GetTimestamp());

    /// <summary>The clock starts now.</summary>
    public void StartClock() => _start = Stopwatch.GetTimestamp();

    public Instant At(long timestamp) => new((long)Stopwatch.GetElapsedTime(_start, timestamp).TotalMicroseconds);

    /// <summary>Does something nobody else may do meanwhile, and wakes the tester.</summary>
    public void Change(Action action)
    {
        lock (this)
        {
            action();
            _hasNews = true;
            Monitor.PulseAll(this);
        }
    }

    /// <summary>Reads something that may be changing.</summary>
    public T Read<T>(Func<T> read)
    {
        lock (this)
            return read();
    }

    /// <summary>Waits for news, until <paramref name="deadline"/> at most.</summary>
    public void Wait(Instant deadline)
    {
        while (true)
        {
            long left;
            lock (this)
            {
                left = deadline - Now;
                if (!_hasNews && left >= MicrosecondsPerMillisecond)
                    Monitor.Wait(this, (int)Math.Min(int.MaxValue, left / MicrosecondsPerMillisecond));
                left = deadline - Now;
                if (_hasNews || left <= 0)
                {
                    _hasNews = false;
                    return;
                }
            }

            // Monitors count in milliseconds; the rest of one is slept through.
            if (left < MicrosecondsPerMillisecond)
                Nap.For(left);
        }
    }
}
