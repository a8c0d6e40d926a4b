using System.Globalization;
using System.Text.Json;

namespace KcpTun.Settings;

/// <summary>What a JSON configuration came to.</summary>
/// <param name="Settings">The settings it was applied to, with its values.</param>
/// <param name="Warnings">What is accepted as Go accepts it, but is likely to be a mistake.</param>
/// <param name="Error">One line when the configuration cannot be used, else null.</param>
internal sealed record ConfigResult(CommandSettings Settings, IReadOnlyList<string> Warnings, string? Error);

/// <summary>
/// The JSON configuration by the rules of Go's decoder (OPTIONS §2): keys ignore case, unknown ones are skipped, null
/// changes nothing, types are strict, and what follows the first value is not read.
/// </summary>
internal sealed partial class JsonConfig
{
    // Go's limit. The reader's own default of 64 would refuse what Go takes.
    private const int MaxDepth = 10_000;

    private readonly FlagSides _side;
    private readonly string _name;
    private readonly HashSet<string> _seen = [];
    private readonly List<string> _warnings = [];
    private CommandSettings _settings;
    private string? _typeError;

    private JsonConfig(FlagSides side, CommandSettings settings, string name)
    {
        _side = side;
        _settings = settings;
        _name = name;
    }

    /// <summary>Applies <paramref name="json"/> to <paramref name="settings"/>.</summary>
    /// <param name="side">Whose keys are known.</param>
    /// <param name="settings">What the command line said.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="json">The file's bytes.</param>
    public static ConfigResult Apply(FlagSides side, CommandSettings settings, string name, ReadOnlySpan<byte> json)
    {
        JsonConfig config = new(side, settings, name);
        string? error;
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            config.Root(json, ref reader);

            // Go scans the whole value first: a syntax error further down outranks a wrong type.
            error = config._typeError;
        }
        catch (JsonException failure)
        {
            int offset = JsonSyntax.Offset(json, failure.LineNumber ?? 0, failure.BytePositionInLine ?? 0);
            error = config.At(json, offset, JsonSyntax.Explain(json, offset));
        }

        return new ConfigResult(error is null ? config._settings : settings, config._warnings, error);
    }

    private void Root(ReadOnlySpan<byte> json, ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            int start = (int)reader.TokenStartIndex;
            string type = TypeName(reader.TokenType);
            reader.Skip();
            _typeError = At(json, start, $"json: cannot unmarshal {type} into the options; write an object: {{}}");
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int start = (int)reader.TokenStartIndex;
            string key = GoJsonString.Decode(reader.ValueSpan);
            reader.Read();
            if (Known(json, start, key) is { } flag)
                Assign(json, ref reader, key, flag);
            reader.Skip();
        }
    }

    private FlagSpec? Known(ReadOnlySpan<byte> json, int start, string key)
    {
        FlagSpec? flag = FlagTable.ByJsonKey(_side, key);
        if (flag is null)
            _warnings.Add(At(json, start, $"unknown key \"{key}\" is ignored, as in kcptun{UnknownHint(key)}"));
        else if (!_seen.Add(flag.Name))
            _warnings.Add(At(json, start, $"key \"{key}\" is given again; the last one counts"));
        return flag;
    }

    private string UnknownHint(string key)
    {
        // Command-line spellings that are no keys: aliases, and QPPCount.
        if (FlagTable.ByName(_side, key) is { JsonKey: { } spelling })
            return $"; did you mean \"{spelling}\"?";
        FlagSides other = FlagSides.Both ^ _side;
        if (FlagTable.ByJsonKey(other, key) is not null)
            return $"; it is a key of the {other.ToString().ToLower(CultureInfo.InvariantCulture)}";
        string? nearest = NearestName.Of(key, FlagTable.Of(_side).Select(flag => flag.JsonKey).OfType<string>());
        return nearest is null ? "" : $"; did you mean \"{nearest}\"?";
    }

    private void Assign(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, string key, FlagSpec flag)
    {
        switch (flag.Kind, reader.TokenType)
        {
            case (_, JsonTokenType.Null):
                break;
            case (FlagKind.Text, JsonTokenType.String):
                _settings = flag.Write(_settings, FlagValue.Of(GoJsonString.Decode(reader.ValueSpan)));
                break;
            case (FlagKind.Boolean, JsonTokenType.True or JsonTokenType.False):
                _settings = flag.Write(_settings, FlagValue.Of(reader.GetBoolean()));
                break;
            case (FlagKind.Integer, JsonTokenType.Number) when reader.TryGetInt64(out long number):
                AssignInteger(json, ref reader, key, flag, number);
                break;
            default:
                _typeError ??= At(json, (int)reader.TokenStartIndex, Mismatch(ref reader, key, flag));
                break;
        }
    }

    private void AssignInteger(
        ReadOnlySpan<byte> json, ref Utf8JsonReader reader, string key, FlagSpec flag, long number)
    {
        int narrow = GoFlags.Narrow(number);
        if (narrow != number)
        {
            string text = $"\"{key}\": {number} is more than can be used; it becomes {narrow}";
            _warnings.Add(At(json, (int)reader.TokenStartIndex, text));
        }

        _settings = flag.Write(_settings, FlagValue.Of(narrow));
    }

    private string At(ReadOnlySpan<byte> json, int offset, string text) =>
        OneLine.Of($"{_name}: {JsonSyntax.Position(json, offset)}: {text}");
}
