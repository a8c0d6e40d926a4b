using System.Globalization;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Sweeps;

/// <summary>
/// Several values in one: lists <c>a,b,c</c>, linear ranges <c>a..b:step</c>, geometric ranges <c>a..b*k</c>, also in
/// a list, with a unit at the end that holds for all. A value that has commas of its own is written as it is; bars
/// separate such values: <c>up=1,down=5|up=5,down=1</c>.
/// </summary>
public static class AxisText
{
    /// <summary>Most values of one option.</summary>
    public const int MaxValues = 10_000;

    /// <param name="text">What was given.</param>
    /// <param name="isValue">Whether the option understands a text as one value.</param>
    /// <param name="values">At least one value.</param>
    /// <param name="error">What is wrong, without the option's name; or null.</param>
    public static bool TryExpand(
        string text, Func<string, bool> isValue, out IReadOnlyList<string> values, out string? error)
    {
        error = null;
        List<string> found = [];
        values = found;
        if (text.Contains('|', StringComparison.Ordinal))
        {
            found.AddRange(text.Split('|').Where(part => part.Length > 0));
        }
        else if (text.Contains('=', StringComparison.Ordinal) || isValue(text))
        {
            found.Add(text);
        }
        else
        {
            foreach (string part in text.Split(','))
            {
                error = Expand(part, found);
                if (error is not null)
                    return false;
            }
        }

        if (found.Count == 0)
            error = "there is no value";
        else if (found.Count > MaxValues)
            error = $"more than {MaxValues} values";
        else if (found.Distinct().Count() != found.Count)
            error = "a value occurs twice";
        return error is null;
    }

    private static string? Expand(string part, List<string> values)
    {
        int dots = part.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0)
        {
            if (part.Length == 0)
                return "there is an empty value in the list";
            values.Add(part);
            return null;
        }

        int separator = part.AsSpan(dots + 2).IndexOfAny(':', '*') + dots + 2;
        if (separator < dots + 2)
            return $"{part}: a range needs a step, as in 0..40:5, or a factor, as in 1..64*2";
        (decimal Number, string Unit)? from = Parse(part[..dots]);
        (decimal Number, string Unit)? to = Parse(part[(dots + 2)..separator]);
        (decimal Number, string Unit)? step = Parse(part[(separator + 1)..]);
        if (from is null || to is null || step is null)
            return $"{part}: write a range as in 0..40:5 or 20ms..320ms*2";
        bool isGeometric = part[separator] == '*';
        string unit = to.Value.Unit;
        bool unitsAgree = (from.Value.Unit.Length == 0 || from.Value.Unit == unit)
            && (step.Value.Unit.Length == 0 || (!isGeometric && step.Value.Unit == unit));
        if (!unitsAgree)
            return $"{part}: the units differ";
        return Expand(part, from.Value.Number, to.Value.Number, step.Value.Number, isGeometric, unit, values);
    }

    private static string? Expand(
        string part, decimal from, decimal to, decimal step, bool isGeometric, string unit, List<string> values)
    {
        if (isGeometric ? step <= 1 : step <= 0)
            return isGeometric ? $"{part}: the factor must be more than 1" : $"{part}: the step must be more than 0";
        if (isGeometric && from <= 0)
            return $"{part}: a geometric range begins above 0";
        if (to < from)
            return $"{part}: the range is empty, because it ends before it begins";
        for (decimal value = from; value <= to; value = isGeometric ? value * step : value + step)
        {
            if (values.Count > MaxValues)
                return $"{part}: more than {MaxValues} values";
            values.Add(Write(value) + unit);
        }

        return null;
    }

    private static (decimal Number, string Unit)? Parse(string text)
    {
        int end = text.Length;
        while (end > 0 && (char.IsAsciiLetter(text[end - 1]) || text[end - 1] == '%'))
            end--;
        const decimal Most = 1_000_000_000_000;
        return Units.TryNumber(text[..end], out decimal number) && number <= Most ? (number, text[end..]) : null;
    }

    /// <summary>Without trailing zeros.</summary>
    private static string Write(decimal value) => value.ToString("0.############", CultureInfo.InvariantCulture);
}
