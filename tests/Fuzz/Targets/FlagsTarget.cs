using System.Globalization;
using System.Text;
using KcpTun.Settings;

namespace KcpTun.Fuzz.Targets;

/// <summary>Input: words in UTF-8 with zero bytes between them, read as the flags of both commands.</summary>
internal sealed class FlagsTarget : FuzzTarget
{
    public override string Name => "flags";

    public override string Property =>
        "any words are read or refused in one line; what was read, written as flags again, reads the same; the options "
        + "are refused in words or make a session";

    public override IReadOnlyList<string> Tokens { get; } =
    [
        .. FlagTable.All.Select(flag => $"{flag.TypedName}="),
        .. FlagTable.All.Where(flag => flag.Alias is not null).Select(flag => $"-{flag.Alias}\0"),
        "\0", "--", "=", "true", "false", "-1", "0x7fffffff", "0b1", "0o17", "1_000", "9223372036854775807",
        "aes-128-gcm", "null", "fast3", "manual", ":29900-29999", "[::1]:1", "/no/socket", "help",
    ];

    protected override void Run(ReadOnlySpan<byte> input)
    {
        string[] words = input.IsEmpty ? [] : Encoding.UTF8.GetString(input).Split('\0');
        Check(FlagSides.Client, words);
        Check(FlagSides.Server, words);
        if (!Array.Exists(words, word => word.Contains('c', StringComparison.Ordinal)))
            CheckPublic(words);
    }

    private static void Check(FlagSides side, string[] words)
    {
        CommandSettings defaults = FlagTable.Defaults(side);
        ParsedFlags result = GoFlags.Parse(side, defaults, words);
        UsableOptions.IsOneLineEach([result.Error ?? "", .. result.Warnings]);
        if (result.Error is not null)
            return;
        string[] written = [.. FlagTable.Of(side).Select(flag => $"{flag.TypedName}={Plain(flag, result.Settings)}")];
        ParsedFlags again = GoFlags.Parse(side, defaults, written);
        FuzzFailure.Unless(again.Error is null, $"what was read is refused: {again.Error}");
        FuzzFailure.Unless(again.Warnings.Count == 0, "what was read is warned of");
        FuzzFailure.Unless(again.Settings == result.Settings, "what was read reads otherwise when written down again");
        UsableOptions.Check(result.Settings);
    }

    /// <summary>What embedders call; without <c>-c</c>, which would read a file.</summary>
    private static void CheckPublic(string[] words)
    {
        UsableOptions.IsOneLineEach(Messages(OptionsReader.Client(words)));
        UsableOptions.IsOneLineEach(Messages(OptionsReader.Server(words)));

        static IEnumerable<string> Messages<T>(OptionsReading<T> reading)
            where T : Tunnel.TunnelOptions => [.. reading.Errors, .. reading.Warnings];
    }

    private static string Plain(FlagSpec flag, CommandSettings settings)
    {
        FlagValue value = flag.Read(settings);
        return flag.Kind switch
        {
            FlagKind.Integer => value.Number.ToString(CultureInfo.InvariantCulture),
            FlagKind.Boolean => value.Truth ? "true" : "false",
            _ => value.Text,
        };
    }
}
