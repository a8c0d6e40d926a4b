using System.Globalization;

namespace KcpTun.Settings;

/// <summary>A value from the command line or from JSON; which member counts follows from the flag's kind.</summary>
internal readonly record struct FlagValue(string Text, int Number, bool Truth)
{
    public static FlagValue Of(string text) => new(text, 0, false);

    public static FlagValue Of(int number) => new("", number, false);

    public static FlagValue Of(bool truth) => new("", 0, truth);
}

/// <summary>
/// One row of <see cref="FlagTable"/>: all that parsing, JSON, help and documentation know about a flag.
/// </summary>
/// <param name="Name">Long name, case-sensitive, without hyphens.</param>
/// <param name="Kind">Type of the value.</param>
/// <param name="Sides">Which command has the flag.</param>
/// <param name="Help">kcptun's own sentence where kcptun has the flag.</param>
internal sealed record FlagSpec(string Name, FlagKind Kind, FlagSides Sides, string Help)
{
    /// <summary>Second name, or null.</summary>
    public string? Alias { get; init; }

    /// <summary>Key in the JSON configuration, compared without regard to case; null when there is none.</summary>
    public string? JsonKey { get; init; }

    /// <summary>Environment variable that replaces the default, or null.</summary>
    public string? Variable { get; init; }

    /// <summary>Accepted but not shown by <c>-h</c>, as in kcptun.</summary>
    public bool IsHidden { get; init; }

    /// <summary>True when kcptun does not know the flag.</summary>
    public bool IsAddition { get; init; }

    /// <summary>The flag's current value.</summary>
    public required Func<CommandSettings, FlagValue> Read { get; init; }

    /// <summary>The settings with the flag's value replaced.</summary>
    public required Func<CommandSettings, FlagValue, CommandSettings> Write { get; init; }

    /// <summary>The names as typed: <c>--localaddr</c> and <c>-l</c>; one letter takes one hyphen.</summary>
    public IEnumerable<string> TypedNames => Alias is null ? [Typed(Name)] : [Typed(Name), Typed(Alias)];

    /// <summary>The long name as typed.</summary>
    public string TypedName => Typed(Name);

    /// <summary>The default as help shows it: <c>":12948"</c>, <c>1350</c>, or nothing.</summary>
    public string DefaultText(CommandSettings defaults)
    {
        FlagValue value = Read(defaults);
        return Kind switch
        {
            FlagKind.Integer => value.Number.ToString(CultureInfo.InvariantCulture),
            FlagKind.Text when value.Text.Length > 0 => $"\"{value.Text}\"",
            _ => "",
        };
    }

    private static string Typed(string name) => name.Length == 1 ? $"-{name}" : $"--{name}";
}
