using System.Globalization;

namespace KcpTun.Sim.Links;

/// <summary>A set of datagrams by number, from 1, written as <c>3,7-9</c>.</summary>
public sealed class OrdinalSet
{
    private readonly (long First, long Last)[] _ranges;

    private OrdinalSet((long First, long Last)[] ranges) => _ranges = ranges;

    public static OrdinalSet Empty { get; } = new([]);

    public bool IsEmpty => _ranges.Length == 0;

    /// <param name="text">Numbers and ranges in any order, separated by commas.</param>
    public static OrdinalSet? TryParse(string text)
    {
        var ranges = new List<(long First, long Last)>();
        foreach (string element in text.Split(','))
        {
            int dash = element.IndexOf('-', StringComparison.Ordinal);
            string first = dash < 0 ? element : element[..dash];
            string last = element[(dash + 1)..];
            if (!TryNumber(first, out long from) || !TryNumber(last, out long to) || to < from)
                return null;
            ranges.Add((from, to));
        }

        ranges.Sort();
        return new OrdinalSet([.. ranges]);
    }

    /// <param name="number">From 1.</param>
    public bool Contains(long number)
    {
        foreach ((long first, long last) in _ranges)
        {
            if (number < first)
                return false;
            if (number <= last)
                return true;
        }

        return false;
    }

    public override string ToString() => string.Join(
        ',', _ranges.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}"));

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
}
