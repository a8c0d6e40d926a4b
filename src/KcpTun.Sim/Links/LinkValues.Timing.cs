using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Links;

/// <summary>Delay and capacity.</summary>
internal static partial class LinkValues
{
    // A day: beyond it nothing is a network, and sums of times are far from overflow.
    internal const long LongestTime = 86_400 * SimTime.Second;

    private const long FastestRate = 1_000_000_000_000;
    private const long LargestQueue = 1L << 30;
    private const int LargestOverhead = 1000;
    private const int LargestGap = 1_000_000;
    private const long LongestInterval = 60 * SimTime.Second;

    public static LinkSpec? Delay(LinkSpec link, OptionValue value) =>
        TryTime(value.Text, out long delay) ? link with { Delay = delay } : null;

    /// <summary>A time up to a day; a number without a unit is ms.</summary>
    public static bool TryTime(string text, out long nanoseconds) =>
        Units.TryDuration(text, SimTime.Millisecond, out nanoseconds) && nanoseconds <= LongestTime;

    public static LinkSpec? Jitter(LinkSpec link, OptionValue value)
    {
        if (!value.HasShape(1, 3) || !TryTime(value[0], out long amount))
            return null;
        JitterShape? shape = null;
        bool? keepsOrder = null;
        for (int i = 1; i < value.Count; i++)
        {
            JitterShape? named = value[i] switch
            {
                "uniform" => JitterShape.Uniform,
                "normal" => JitterShape.Normal,
                "exp" => JitterShape.Exponential,
                _ => null,
            };
            if (named is not null && shape is null)
                shape = named;
            else if (value[i] is "fifo" or "reorder" && keepsOrder is null)
                keepsOrder = value[i] == "fifo";
            else
                return null;
        }

        return link with { Jitter = new JitterSpec(amount, shape ?? JitterShape.Uniform, keepsOrder ?? false) };
    }

    public static LinkSpec? Reorder(LinkSpec link, OptionValue value)
    {
        int gap = 1;
        bool isGap = value["gap"] is not { } text || OptionValue.TryInteger(text, 1, LargestGap, out gap);
        return value.HasShape(1, 1, "gap") && value.TryPercent(0, out Probability chance) && isGap
            ? link with { Reorder = new ReorderSpec(chance, gap) }
            : null;
    }

    public static LinkSpec? Rate(LinkSpec link, OptionValue value) =>
        TryRate(value.Text, out long rate) ? link with { Rate = rate } : null;

    public static LinkSpec? Trace(LinkSpec link, OptionValue value)
    {
        DeliveryTrace? trace = TraceFile.TryRead(value.Text, out string? error);
        return trace is null ? value.Refuse(error!) : link with { Trace = trace };
    }

    public static LinkSpec? Queue(LinkSpec link, OptionValue value)
    {
        string text = value.Text;
        if (text.EndsWith('p'))
        {
            return OptionValue.TryInteger(text[..^1], 1, 1_000_000, out int packets)
                ? link with { Queue = new QueueLimit(QueueUnit.Packets, packets) }
                : null;
        }

        if (Units.TryDuration(text, 0, out long time) && time <= LongestTime)
            return link with { Queue = new QueueLimit(QueueUnit.Time, time) };
        bool hasUnit = text.EndsWith('B');
        return hasUnit && Units.TrySize(text, out long bytes) && bytes is > 0 and <= LargestQueue
            ? link with { Queue = new QueueLimit(QueueUnit.Bytes, bytes) }
            : null;
    }

    public static LinkSpec? QueueManagement(LinkSpec link, OptionValue value)
    {
        if (value.Text == "droptail")
            return link with { CoDel = null };
        if (!value.HasShape(1, 1, "target", "interval") || value[0] != "codel"
            || !value.TryDuration("target", 5 * SimTime.Millisecond, out long target)
            || !value.TryDuration("interval", 100 * SimTime.Millisecond, out long interval))
        {
            return null;
        }

        if (target >= interval || interval > LongestInterval)
            return value.Refuse("CoDel's target must be shorter than its interval, and that at most 1m");
        return link with { CoDel = new CoDelSpec(target, interval) };
    }

    public static LinkSpec? Overhead(LinkSpec link, OptionValue value) =>
        OptionValue.TryInteger(value.Text, 0, LargestOverhead, out int bytes) ? link with { Overhead = bytes } : null;

    public static LinkSpec? Police(LinkSpec link, OptionValue value)
    {
        if (!value.HasShape(1, 1, "burst") || !TryRate(value[0], out long rate)
            || !Units.TrySize(value["burst"] ?? "", out long burst))
        {
            return null;
        }

        return burst is > 0 and <= LargestQueue
            ? link with { Policer = new PolicerSpec(rate, burst) }
            : value.Refuse("its burst must be from 1B to 1GiB");
    }

    private static bool TryRate(string text, out long rate) =>
        Units.TryRate(text, out rate) && rate is > 0 and <= FastestRate;
}
