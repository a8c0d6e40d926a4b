using System.Diagnostics;
using KcpTun.Primitives;

namespace KcpTun.IO;

/// <summary>
/// The machine's monotonic clock with its full resolution. All instances share one origin, so that their readings
/// can be compared.
/// </summary>
public sealed class SystemClock : IClock
{
    private const long MicrosecondsPerSecond = 1_000_000;

    public Instant Now => new(ToMicroseconds(Stopwatch.GetTimestamp(), Stopwatch.Frequency));

    public TimeProvider TimeProvider => TimeProvider.System;

    /// <summary>Exact for every frequency, and without overflow for as long as the ticks themselves last.</summary>
    internal static long ToMicroseconds(long ticks, long frequency)
    {
        (long seconds, long rest) = Math.DivRem(ticks, frequency);
        return (seconds * MicrosecondsPerSecond) + (rest * MicrosecondsPerSecond / frequency);
    }
}
