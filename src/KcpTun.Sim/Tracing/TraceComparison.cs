using System.Globalization;
using System.Text;
using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Tracing;

/// <summary>Where two runs that should be equal first are not.</summary>
/// <param name="Index">Number of the first event that differs, from 0.</param>
/// <param name="Left">The events around it, on one side.</param>
/// <param name="Right">The events around it, on the other side.</param>
/// <param name="First">Number of the first of those events.</param>
public sealed record TraceDifference(
    long Index, long First, IReadOnlyList<TraceEvent> Left, IReadOnlyList<TraceEvent> Right)
{
    /// <summary>Both sides, one event a line, the first difference marked.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"the first difference is event {Index}:");
        for (int i = 0; i < Math.Max(Left.Count, Right.Count); i++)
        {
            string mark = First + i == Index ? ">" : " ";
            text.AppendLine(CultureInfo.InvariantCulture, $"{mark} {First + i,8}  {At(Left, i),-72} | {At(Right, i)}");
        }

        return text.ToString();
    }

    private static string At(IReadOnlyList<TraceEvent> events, int index) =>
        index < events.Count ? Describe(events[index]) : "(the run is over)";

    private static string Describe(in TraceEvent e) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(double)e.Time / SimTime.Millisecond:F6} ms {e.Kind} {e.Place} #{e.Index} {e.Length} B {e.Content:x16}");
}

/// <summary>Finds the first event in which two runs differ, without keeping all of either.</summary>
public static class TraceComparison
{
    private const int Before = 5;
    private const int After = 3;

    /// <returns>Null if the runs are equal.</returns>
    public static TraceDifference? Find(ITraceSource left, ITraceSource right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Hash == right.Hash && left.Count == right.Count)
            return null;
        long start = (long)EqualCheckpoints(left.Checkpoints, right.Checkpoints) * TraceHash.CheckpointEvents;
        IReadOnlyList<TraceEvent> a = left.Events(start, TraceHash.CheckpointEvents);
        IReadOnlyList<TraceEvent> b = right.Events(start, TraceHash.CheckpointEvents);
        int same = 0;
        while (same < a.Count && same < b.Count && a[same] == b[same])
            same++;
        long index = start + same;
        long first = Math.Max(0, index - Before);
        return new TraceDifference(
            index, first, left.Events(first, Before + After + 1), right.Events(first, Before + After + 1));
    }

    /// <summary>
    /// How many checkpoints the runs share: a hash covers everything before it, so bisection finds out.
    /// </summary>
    private static int EqualCheckpoints(IReadOnlyList<TraceCheckpoint> left, IReadOnlyList<TraceCheckpoint> right)
    {
        int low = 0;
        int high = Math.Min(left.Count, right.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (left[middle] == right[middle])
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
