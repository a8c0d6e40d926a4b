using System.Globalization;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Links;

/// <summary>
/// The value of an option: elements separated by commas, first those that their place names, then <c>name=value</c>.
/// </summary>
internal sealed class OptionValue
{
    private readonly List<string> _positional = [];
    private readonly List<(string Name, string Text)> _named = [];
    private readonly bool _isOrdered = true;

    public OptionValue(string text)
    {
        Text = text;
        foreach (string element in text.Split(','))
        {
            int equals = element.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0)
            {
                _named.Add((element[..equals], element[(equals + 1)..]));
            }
            else
            {
                _positional.Add(element);
                _isOrdered &= _named.Count == 0;
            }
        }
    }

    public string Text { get; }

    /// <summary>Why the value cannot be used although each of its parts can be read.</summary>
    public string? Objection { get; private set; }

    /// <summary>How many elements their place names.</summary>
    public int Count => _positional.Count;

    /// <summary>Whether nothing is there that the option does not know, or twice.</summary>
    public bool HasShape(int least, int most, params ReadOnlySpan<string> names)
    {
        if (!_isOrdered || Count < least || Count > most)
            return false;
        for (int i = 0; i < _named.Count; i++)
        {
            string name = _named[i].Name;
            if (!names.Contains(name) || _named.FindIndex(named => named.Name == name) != i)
                return false;
        }

        return true;
    }

    /// <summary>The element at <paramref name="index"/>; empty if there is none.</summary>
    public string this[int index] => index < Count ? _positional[index] : "";

    /// <summary>The value of <paramref name="name"/>; null if it is not given.</summary>
    public string? this[string name]
    {
        get
        {
            foreach ((string given, string text) in _named)
            {
                if (given == name)
                    return text;
            }

            return null;
        }
    }

    public bool TryPercent(int index, out Probability probability) => Units.TryPercent(this[index], out probability);

    /// <summary>A percentage that may be missing.</summary>
    public bool TryPercent(int index, Probability missing, out Probability probability)
    {
        probability = missing;
        return index >= Count || TryPercent(index, out probability);
    }

    /// <summary>A time above 0, and up to a day, under <paramref name="name"/>; its unit is required.</summary>
    /// <param name="missing">What it is if it is not given; -1 if it must be.</param>
    public bool TryDuration(string name, long missing, out long nanoseconds)
    {
        nanoseconds = missing;
        return this[name] is { } text
            ? Units.TryDuration(text, 0, out nanoseconds) && nanoseconds is > 0 and <= LinkValues.LongestTime
            : missing >= 0;
    }

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static bool TryInteger(string text, int least, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number >= least && number <= most;

    /// <summary>Refuses the value; for <c>return value.Refuse(…)</c>.</summary>
    public LinkSpec? Refuse(string objection)
    {
        Objection = objection;
        return null;
    }
}
