using System.Globalization;
using KcpTun.Sim.Links;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Sweeps;

/// <summary>Makes a grid of a command line whose options may have several values.</summary>
public sealed class SweepBuilder
{
    /// <summary>Most cells of a sweep.</summary>
    public const int MaxCells = 1_000_000;

    private readonly PlanArguments _arguments;
    private readonly List<(SweepAxis Axis, Func<PlanArguments, string, PlanArguments> Set)> _dimensions = [];

    private SweepBuilder(PlanArguments arguments) => _arguments = arguments;

    /// <param name="arguments">What was given; modes and shards as typed, not yet split.</param>
    /// <param name="plan">The grid, if there is no error.</param>
    /// <param name="warnings">What is accepted but likely to be a mistake.</param>
    /// <param name="error">One line that names the option, or null.</param>
    public static bool TryBuild(
        PlanArguments arguments, out SweepPlan? plan, out IReadOnlyList<string> warnings, out string? error)
    {
        SweepBuilder builder = new(arguments);
        List<string> said = [];
        plan = null;
        error = builder.FindDimensions();
        if (error is null)
            plan = builder.Build(said, out error);
        warnings = [.. said.Distinct()];
        return plan is not null;
    }

    private string? FindDimensions()
    {
        for (int i = 0; i < _arguments.Link.Count; i++)
        {
            (string key, string text) = _arguments.Link[i];
            int index = i;
            string? error = Add(
                key,
                PlanNames.OfLink(key),
                text,
                value => IsLinkValue(key, value),
                (plan, value) => plan with { Link = With(plan.Link, index, value) });
            if (error is not null)
                return error;
        }

        for (int i = 0; i < _arguments.Flags.Count; i++)
        {
            (string key, string text) = _arguments.Flags[i];
            int index = i;
            string? error = Add(
                key,
                PlanNames.OfFlag(key),
                text,
                _ => PlanNames.IsFreeText(key),
                (plan, value) => plan with { Flags = With(plan.Flags, index, value) });
            if (error is not null)
                return error;
        }

        return AddVariants("mode", _arguments.Modes, PlanBuilder.DefaultModes, (p, value) => p with { Modes = [value] })
            ?? AddVariants("fec", _arguments.Fecs, DefaultFecs, (p, value) => p with { Fecs = [value] });
    }

    /// <summary>
    /// Whether the option can read the text by itself; whether it goes with the other options is another question.
    /// </summary>
    private static bool IsLinkValue(string key, string text)
    {
        if (PathOptions.Find(key)?.Apply is not { } apply)
            return PathSpec.TryParse([KeyValuePair.Create(key, text)], out _, out _);
        OptionValue value = new(text);
        return apply(new LinkSpec(), value) is not null || value.Objection is not null;
    }

    /// <summary>The shards may be flags instead, and then there is nothing to choose.</summary>
    private IReadOnlyList<string> DefaultFecs =>
        _arguments.Flags.Any(flag => PlanNames.IsShard(flag.Key)) ? [] : PlanBuilder.DefaultFecs;

    private string? AddVariants(
        string name,
        IReadOnlyList<string> given,
        IReadOnlyList<string> defaults,
        Func<PlanArguments, string, PlanArguments> set)
    {
        string text = string.Join(',', given.Count > 0 ? given : defaults);
        return text.Length == 0 ? null : Add(name, $"--{name}", text, _ => false, set);
    }

    private string? Add(
        string name,
        string option,
        string text,
        Func<string, bool> isValue,
        Func<PlanArguments, string, PlanArguments> set)
    {
        if (!AxisText.TryExpand(text, isValue, out IReadOnlyList<string> values, out string? error))
            return $"{option} {text}: {error}";
        _dimensions.Add((new SweepAxis(name, values), set));
        return null;
    }

    private SweepPlan? Build(List<string> warnings, out string? error)
    {
        long count = 1;
        foreach ((SweepAxis axis, _) in _dimensions)
            count = Math.Min(count * axis.Values.Count, MaxCells + 1L);
        if (count > MaxCells)
        {
            error = string.Create(CultureInfo.InvariantCulture, $"more than {MaxCells} cells: take fewer values");
            return null;
        }

        SweepAxis[] axes = [.. _dimensions.Select(dimension => dimension.Axis).Where(axis => axis.Values.Count > 1)];
        List<SweepCell> cells = [];
        for (int index = 0; index < count; index++)
        {
            (PlanArguments arguments, List<KeyValuePair<string, string>> coordinates) = At(index);
            if (!PlanBuilder.TryBuild(
                arguments, out ExperimentPlan? plan, out IReadOnlyList<string> said, out error))
            {
                return null;
            }

            warnings.AddRange(said);
            cells.Add(new SweepCell(coordinates, plan!));
        }

        error = null;
        return new SweepPlan(_arguments, axes, cells);
    }

    private (PlanArguments Arguments, List<KeyValuePair<string, string>> Coordinates) At(int index)
    {
        PlanArguments arguments = _arguments;
        int rest = index;
        List<KeyValuePair<string, string>> coordinates = [];
        foreach ((SweepAxis axis, Func<PlanArguments, string, PlanArguments> set) in Enumerable.Reverse(_dimensions))
        {
            string value = axis.Values[rest % axis.Values.Count];
            rest /= axis.Values.Count;
            arguments = set(arguments, value);
            if (axis.Values.Count > 1)
                coordinates.Add(KeyValuePair.Create(axis.Name, value));
        }

        coordinates.Reverse();
        return (arguments, coordinates);
    }

    private static KeyValuePair<string, string>[] With(
        IReadOnlyList<KeyValuePair<string, string>> settings, int index, string value) =>
        [.. settings.Select((setting, i) => i == index ? KeyValuePair.Create(setting.Key, value) : setting)];
}
