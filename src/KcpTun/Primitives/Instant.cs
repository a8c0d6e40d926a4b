namespace KcpTun.Primitives;

/// <summary>
/// A point on a monotonic clock, in microseconds since that clock's own origin. The core never reads a clock:
/// every call that depends on time takes an <see cref="Instant"/>.
/// </summary>
public readonly record struct Instant(long Microseconds) : IComparable<Instant>
{
    /// <summary>The clock's origin.</summary>
    public static Instant Zero => default;

    /// <summary>Later than every time that occurs: the deadline of something that waits for no timer.</summary>
    public static Instant Never => new(long.MaxValue);

    /// <summary>
    /// KCP's clock: milliseconds, truncated to 32 bits (PROTOCOL c.1). Wraps every 49.7 days; compare by difference.
    /// </summary>
    public uint KcpMilliseconds => unchecked((uint)(Microseconds / 1000));

    public static Instant FromMilliseconds(long milliseconds) => new(milliseconds * 1000);

    public Instant AddMicroseconds(long microseconds) => new(Microseconds + microseconds);

    public Instant AddMilliseconds(long milliseconds) => new(Microseconds + (milliseconds * 1000));

    public Instant AddSeconds(long seconds) => new(Microseconds + (seconds * 1_000_000));

    public static Instant Min(Instant a, Instant b) => a.Microseconds <= b.Microseconds ? a : b;

    /// <summary>Microseconds from <paramref name="right"/> to <paramref name="left"/>.</summary>
    public static long operator -(Instant left, Instant right) => left.Microseconds - right.Microseconds;

    public static bool operator <(Instant left, Instant right) => left.Microseconds < right.Microseconds;

    public static bool operator >(Instant left, Instant right) => left.Microseconds > right.Microseconds;

    public static bool operator <=(Instant left, Instant right) => left.Microseconds <= right.Microseconds;

    public static bool operator >=(Instant left, Instant right) => left.Microseconds >= right.Microseconds;

    public int CompareTo(Instant other) => Microseconds.CompareTo(other.Microseconds);

    public override string ToString() => this == Never ? "never" : $"{Microseconds / 1000}.{Microseconds % 1000:000}ms";
}
