using System.Text.Json;
using KcpTun.Settings;

namespace KcpTun.Fuzz.Targets;

/// <summary>Input: which command's configuration it is, then the file.</summary>
internal sealed class JsonTarget : FuzzTarget
{
    public override string Name => "json";

    public override string Property =>
        "any file is read or refused in one line; what was read, written down again, reads the same; the options "
        + "are refused in words or make a session";

    public override IReadOnlyList<string> Tokens { get; } =
    [
        .. FlagTable.All.Where(flag => flag.JsonKey is not null).Select(flag => $"\"{flag.JsonKey}\":"),
        "null", "true", "false", "-1", "0", "65536", "9223372036854775808", "1e3", "\\u", "\\ud800", "\\u0000", "\"\"",
        "{}", "[]", "\"aes-128-gcm\"", "\"null\"", "\"fast3\"", "\"manual\"", "\":29900-29999\"",
    ];

    protected override void Run(ReadOnlySpan<byte> input)
    {
        var choices = new FuzzInput(input);
        FlagSides side = choices.Bit() ? FlagSides.Server : FlagSides.Client;
        CommandSettings defaults = FlagTable.Defaults(side);
        ConfigResult result = JsonConfig.Apply(side, defaults, "config.json", choices.Rest());
        UsableOptions.IsOneLineEach([result.Error ?? "", .. result.Warnings]);
        if (result.Error is not null)
        {
            FuzzFailure.Unless(result.Error.StartsWith("config.json: line ", StringComparison.Ordinal), result.Error);
            FuzzFailure.Unless(ReferenceEquals(result.Settings, defaults), "a file that is refused changes settings");
            return;
        }

        ConfigResult again = JsonConfig.Apply(side, defaults, "again", Write(side, result.Settings));
        FuzzFailure.Unless(again.Error is null, $"what was read is refused: {again.Error}");
        FuzzFailure.Unless(again.Warnings.Count == 0, "what was read is warned of");
        FuzzFailure.Unless(again.Settings == result.Settings, "what was read reads otherwise when written down again");
        UsableOptions.Check(result.Settings);
    }

    private static byte[] Write(FlagSides side, CommandSettings settings)
    {
        var keys = new Dictionary<string, object>();
        foreach (FlagSpec flag in FlagTable.Of(side))
        {
            FlagValue value = flag.Read(settings);
            if (flag.JsonKey is not null)
                keys.Add(flag.JsonKey, Plain(flag.Kind, value));
        }

        return JsonSerializer.SerializeToUtf8Bytes(keys);
    }

    private static object Plain(FlagKind kind, FlagValue value) => kind switch
    {
        FlagKind.Integer => value.Number,
        FlagKind.Boolean => value.Truth,
        _ => value.Text,
    };
}
