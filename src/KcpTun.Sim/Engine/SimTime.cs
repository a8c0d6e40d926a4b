namespace KcpTun.Sim.Engine;

/// <summary>Virtual time: nanoseconds from the start of a run.</summary>
public static class SimTime
{
    public const long Microsecond = 1_000;

    public const long Millisecond = 1_000_000;

    public const long Second = 1_000_000_000;

    /// <summary>Later than everything that happens.</summary>
    public const long Never = long.MaxValue;
}
