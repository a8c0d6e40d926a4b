using KcpTun.Sim.Running;

namespace KcpTun.Sim.Swarm;

/// <summary>Makes a failing case small: takes away what the failure does not need.</summary>
public static class Shrinker
{
    /// <summary>The rule a failure breaks: its first word.</summary>
    public static string RuleOf(string failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        int end = failure.AsSpan().IndexOfAny(":\r\n");
        return end < 0 ? failure : failure[..end];
    }

    /// <param name="failing">A case that fails.</param>
    /// <param name="execute">Runs a case; null when it is no valid one.</param>
    /// <param name="mayGoOn">Asked before every run.</param>
    /// <returns>A case that breaks the same rule, with fewer items where possible.</returns>
    public static SwarmCase Shrink(SwarmCase failing, Func<SwarmCase, RunResult?> execute, Func<bool> mayGoOn)
    {
        ArgumentNullException.ThrowIfNull(failing);
        if (execute(failing)?.Failure is not { } failure)
            return failing;
        string rule = RuleOf(failure);
        bool StillFails(SwarmCase candidate) =>
            execute(candidate)?.Failure is { } other && RuleOf(other) == rule;

        // Chunks of half the items, then of a quarter, and so on down to single ones (delta debugging, Zeller 1999).
        for (int size = Math.Max(1, failing.Items.Count / 2); size > 0; size /= 2)
        {
            int start = 0;
            while (start < failing.Items.Count && mayGoOn())
            {
                SwarmCase candidate = Without(failing, start, size);
                if (candidate.Items.Count < failing.Items.Count && StillFails(candidate))
                    failing = candidate;
                else
                    start += size;
            }
        }

        return failing;
    }

    /// <summary>Healing stays: a path that never heals fails for another reason.</summary>
    private static SwarmCase Without(SwarmCase whole, int start, int count) => whole with
    {
        Items = [.. whole.Items.Where((item, i) => i < start || i >= start + count || SwarmCase.IsHealing(item))],
    };
}
