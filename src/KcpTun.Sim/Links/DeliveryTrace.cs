using System.Globalization;

namespace KcpTun.Sim.Links;

/// <summary>
/// A recorded link in mahimahi's format: one whole number of milliseconds a line, each an opportunity to deliver 1504
/// bytes; the same number twice is two of them. The recording repeats at its last line. Opportunities nobody uses are
/// lost.
/// </summary>
public sealed class DeliveryTrace
{
    /// <summary>What one opportunity delivers.</summary>
    public const int OpportunityBytes = 1504;

    private const long Millisecond = Engine.SimTime.Millisecond;

    private readonly long[] _milliseconds;

    private DeliveryTrace(string name, long[] milliseconds)
    {
        Name = name;
        _milliseconds = milliseconds;
    }

    /// <summary>Where it was read from.</summary>
    public string Name { get; }

    /// <summary>Time after which it repeats, ns.</summary>
    public long Period => _milliseconds[^1] * Millisecond;

    /// <summary>Mean capacity, bits per second.</summary>
    public long MeanRate => _milliseconds.Length * OpportunityBytes * 8 * 1000L / _milliseconds[^1];

    /// <param name="name">Names the file in errors.</param>
    /// <param name="lines">Its lines; empty ones are ignored.</param>
    /// <param name="error">One line that names file, line and what would be right.</param>
    public static DeliveryTrace? TryParse(string name, IEnumerable<string> lines, out string? error)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var times = new List<long>();
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            ReadOnlySpan<char> text = line.AsSpan().Trim();
            if (text.IsEmpty)
                continue;
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int time))
            {
                error = $"{name}:{number}: '{Shorten(line)}' is not a whole number of milliseconds";
                return null;
            }

            if (times.Count > 0 && time < times[^1])
            {
                error = $"{name}:{number}: {time} comes after {times[^1]}; times must not go back";
                return null;
            }

            times.Add(time);
        }

        bool isUsable = times.Count > 0 && times[^1] > 0;
        error = isUsable ? null : $"{name}: a trace needs at least one line, and its last must be above 0";
        return isUsable ? new DeliveryTrace(name, [.. times]) : null;
    }

    /// <summary>When the opportunity numbered <paramref name="index"/>, from 0, comes; ns.</summary>
    public long TimeOf(long index)
    {
        (long rounds, long within) = Math.DivRem(index, _milliseconds.Length);
        return (rounds * Period) + (_milliseconds[within] * Millisecond);
    }

    /// <summary>The first opportunity after <paramref name="time"/>.</summary>
    public long FirstAfter(long time)
    {
        // The last line of a round and line 0 of the next one can be the same moment, so look from the round before.
        long round = Math.Max(0, (time / Period) - 1);
        long low = round * _milliseconds.Length;
        long high = low + (3L * _milliseconds.Length);
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (TimeOf(middle) > time)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    private static string Shorten(string line) => line.Length <= 20 ? line : line[..20] + "…";
}
