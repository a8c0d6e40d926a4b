using System.Numerics;
using KcpTun.Primitives;

namespace KcpTun.Cli.Diagnostics;

/// <summary>
/// Gives memory back to the system when a busy time is over. The runtime keeps what it once needed until it needs it
/// again, which for a tunnel that idles most of the day is most of the time.
/// </summary>
/// <param name="counters">The counters of the moment.</param>
/// <param name="release">Makes the tunnel let go of what it does not need; that may take it a moment.</param>
/// <param name="collect">Gives what was let go back to the system, a period later.</param>
internal sealed class MemoryTrimmer(Func<SnmpCounters> counters, Action release, Action collect)
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>Packets in a period that make it a busy one: 10 MB or so.</summary>
    private const long BusyPackets = 8192;

    /// <summary>A period with this part of the busiest one's packets, or less, is a quiet one.</summary>
    private const long QuietPart = 100;

    /// <summary>
    /// The last trim is after so many quiet periods, 160 s: later than any connection of the busy time lingers that
    /// waits for the peer's closewait and then for a window that never opens (30 s each).
    /// </summary>
    private const int LastTrim = 32;

    private long _packets;
    private long _busiest;
    private int _quietPeriods;
    private bool _hasReleased;

    /// <summary>Looks once a period until cancelled.</summary>
    public async Task RunAsync(TimeProvider time, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(Period, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancellation.IsCancellationRequested)
                Look();
        }
    }

    /// <summary>
    /// Begins to trim at the end of quiet periods after a busy one: the first, second, fourth and so on.
    /// </summary>
    public void Look()
    {
        SnmpCounters now = counters();
        long before = _packets;
        _packets = now.InPkts + now.OutPkts;
        long packets = _packets - before;
        _busiest = Math.Max(_busiest, packets);
        if (_hasReleased)
            collect();
        _hasReleased = false;
        if (_busiest < BusyPackets)
            return;
        _quietPeriods = packets > _busiest / QuietPart ? 0 : _quietPeriods + 1;
        if (!BitOperations.IsPow2(_quietPeriods))
            return;
        if (_quietPeriods == LastTrim)
        {
            _busiest = 0;
            _quietPeriods = 0;
        }

        _hasReleased = true;
        release();
    }
}
