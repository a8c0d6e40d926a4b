using KcpTun.Primitives;

namespace KcpTun.IO;

/// <summary>
/// The only door to time. <see cref="Now"/> is monotonic; what the base library waits on (delays, timeouts) follows
/// <see cref="TimeProvider"/>, so that a simulated clock moves both.
/// </summary>
public interface IClock
{
    Instant Now { get; }

    TimeProvider TimeProvider { get; }
}
