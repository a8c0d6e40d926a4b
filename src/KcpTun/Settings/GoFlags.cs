using System.Globalization;

namespace KcpTun.Settings;

/// <summary>What a command line came to.</summary>
/// <param name="Settings">The settings it was applied to, with its flags.</param>
/// <param name="Warnings">What is accepted as Go accepts it, but is likely to be a mistake.</param>
/// <param name="Error">One line when the command line is wrong, else null.</param>
internal sealed record ParsedFlags(CommandSettings Settings, IReadOnlyList<string> Warnings, string? Error);

/// <summary>
/// Go's flag rules (OPTIONS §1): one or two hyphens, value after a space or an equals sign, booleans without a value,
/// the last occurrence wins, and parsing stops at the first word that is no flag.
/// </summary>
internal sealed class GoFlags
{
    private readonly FlagSides _side;
    private readonly Dictionary<string, string> _spellings = [];
    private readonly List<string> _warnings = [];
    private CommandSettings _settings;

    private GoFlags(FlagSides side, CommandSettings settings)
    {
        _side = side;
        _settings = settings;
    }

    /// <summary>Applies <paramref name="arguments"/> of one command to <paramref name="settings"/>.</summary>
    public static ParsedFlags Parse(FlagSides side, CommandSettings settings, IReadOnlyList<string> arguments)
    {
        GoFlags parser = new(side, settings);
        string? error = parser.Run(arguments);
        if (error is not null)
            error = OneLine.Of($"Incorrect Usage. {error}");
        return new ParsedFlags(parser._settings, OneLine.Of(parser._warnings), error);
    }

    private string? Run(IReadOnlyList<string> arguments)
    {
        int index = 0;
        while (index < arguments.Count)
        {
            string argument = arguments[index];
            if (argument.Length < 2 || argument[0] != '-')
                break;
            index++;
            if (argument == "--")
                break;
            string? error = Flag(argument, arguments, ref index);
            if (error is not null)
                return error;
        }

        Rest(arguments, index);
        return null;
    }

    private string? Flag(string argument, IReadOnlyList<string> arguments, ref int index)
    {
        string body = argument[(argument[1] == '-' ? 2 : 1)..];
        if (body.Length == 0 || body[0] is '-' or '=')
            return $"bad flag syntax: {argument}";
        int equals = body.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? body : body[..equals];
        string? value = equals < 0 ? null : body[(equals + 1)..];
        FlagSpec? flag = FlagTable.ByName(_side, name);
        if (flag is null)
            return Unknown(name);
        if (_spellings.TryGetValue(flag.Name, out string? spelling) && spelling != name)
            return $"Cannot use two forms of the same flag: {spelling} {name}";
        _spellings[flag.Name] = name;
        if (value is null && flag.Kind == FlagKind.Boolean)
            value = "true";
        if (value is null && index == arguments.Count)
            return $"flag needs an argument: -{name}";
        return Assign(flag, name, value ?? arguments[index++]);
    }

    private string? Assign(FlagSpec flag, string name, string text)
    {
        switch (flag.Kind)
        {
            case FlagKind.Boolean:
                if (!GoLiterals.TryParseBoolean(text, out bool truth))
                    return $"invalid boolean value \"{text}\" for -{name}: parse error; write -{name} or -{name}=false";
                _settings = flag.Write(_settings, FlagValue.Of(truth));
                return null;
            case FlagKind.Integer:
                return AssignInteger(flag, name, text);
            default:
                _settings = flag.Write(_settings, FlagValue.Of(text));
                return null;
        }
    }

    private string? AssignInteger(FlagSpec flag, string name, string text)
    {
        NumberResult result = GoLiterals.TryParseInteger(text, out long number);
        if (result == NumberResult.OutOfRange)
            return $"invalid value \"{text}\" for flag -{name}: value out of range";
        if (result == NumberResult.Malformed)
        {
            return $"invalid value \"{text}\" for flag -{name}: parse error; "
                + $"write a whole number such as {flag.DefaultText(FlagTable.Defaults(_side))}";
        }

        if (GoLiterals.IsDeceptiveOctal(text, number))
            _warnings.Add($"-{name} {text} begins with 0, so it is octal and means {number}, as in Go");
        if (number != Narrow(number))
            _warnings.Add($"-{name} {text} is more than can be used; it becomes {Narrow(number)}");
        _settings = flag.Write(_settings, FlagValue.Of(Narrow(number)));
        return null;
    }

    /// <summary>Go's int has 64 bits; no option means anything beyond 32.</summary>
    public static int Narrow(long number) => (int)Math.Clamp(number, int.MinValue, int.MaxValue);

    private string Unknown(string name)
    {
        FlagSides other = FlagSides.Both ^ _side;
        if (FlagTable.ByName(other, name) is not null)
        {
            return $"flag provided but not defined: -{name}; it is a flag of the "
                + $"{other.ToString().ToLower(CultureInfo.InvariantCulture)}";
        }

        IEnumerable<FlagSpec> flags = FlagTable.Of(_side);
        string? nearest = NearestName.Of(name, flags.SelectMany(flag => flag.TypedNames.Select(n => n.TrimStart('-'))));
        string hint = nearest is null
            ? "; -h lists all flags"
            : $"; did you mean {(nearest.Length == 1 ? "-" : "--")}{nearest}?";
        return $"flag provided but not defined: -{name}{hint}";
    }

    private void Rest(IReadOnlyList<string> arguments, int index)
    {
        if (index >= arguments.Count)
            return;
        string word = arguments[index];
        if (word is "help" or "h")
        {
            _settings = _settings with { Help = true };
            return;
        }

        string hint = GoLiterals.TryParseBoolean(word, out _)
            ? "; the value of a boolean flag follows an equals sign, as in --quiet=false"
            : "";
        _warnings.Add($"\"{word}\" is no flag: it and everything after it is ignored, as in kcptun{hint}");
    }
}
