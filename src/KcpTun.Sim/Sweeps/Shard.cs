using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace KcpTun.Sim.Sweeps;

/// <summary>The part of a sweep that one process does.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Count">Processes in all.</param>
public readonly record struct Shard(int Index, int Count)
{
    /// <summary>Most processes.</summary>
    public const int MaxCount = 100_000;

    /// <summary>Everything.</summary>
    public static Shard Whole => new(0, 1);

    /// <summary>Which shard a cell belongs to follows from its name alone.</summary>
    public bool Owns(SweepCell cell) =>
        XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(cell.Name)) % (ulong)Count == (ulong)Index;

    /// <summary>
    /// <c>--shard</c> if given, else the position in a Slurm array or a Kubernetes Indexed Job, else everything.
    /// </summary>
    /// <param name="shard">Value of <c>--shard</c>, i/n with i from 1; or null.</param>
    /// <param name="shards">Value of <c>--shards</c>; or null.</param>
    /// <param name="variable">The environment.</param>
    /// <param name="result">The shard.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? TryFind(string? shard, int? shards, Func<string, string?> variable, out Shard result)
    {
        result = Whole;
        if (shard is not null)
            return TryParse(shard, out result) ? null : $"--shard {shard}: write i/n, counted from 1, as in 1/8";
        if (Number(variable("SLURM_ARRAY_TASK_ID")) is { } task)
        {
            int step = Math.Max(Number(variable("SLURM_ARRAY_TASK_STEP")) ?? 1, 1);
            int first = Number(variable("SLURM_ARRAY_TASK_MIN")) ?? 0;
            return Of("SLURM_ARRAY_TASK_ID", (task - first) / step,
                Number(variable("SLURM_ARRAY_TASK_COUNT")) ?? shards, out result);
        }

        if (Number(variable("JOB_COMPLETION_INDEX")) is { } index)
            return Of("JOB_COMPLETION_INDEX", index, shards, out result);
        return shards is null
            ? null
            : "--shards: this is no Slurm array and no Indexed Job, so say which one: --shard 1/8";
    }

    private static string? Of(string variable, int index, int? count, out Shard result)
    {
        result = Whole;
        if (count is null)
            return $"{variable} is set: say how many there are with --shards";
        if (index < 0 || index >= count)
            return $"{variable}: {index} is not below the {count} shards there are";
        result = new Shard(index, count.Value);
        return null;
    }

    private static bool TryParse(string text, out Shard shard)
    {
        string[] parts = text.Split('/');
        int index = 0;
        int count = 0;
        bool valid = parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out index)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out count)
            && index >= 1
            && index <= count
            && count <= MaxCount;
        shard = valid ? new Shard(index - 1, count) : Whole;
        return valid;
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
