using System.Text;
using KcpTun.Cli;
using KcpTun.Settings;

namespace KcpTun.Conformance.Cli.Support;

/// <summary>The table of options in docs/options.md, made from the one that parses them.</summary>
internal static class OptionsTable
{
    public const string Begin = "<!-- generated from FlagTable: begin -->";
    public const string End = "<!-- generated from FlagTable: end -->";

    public static string Markdown()
    {
        StringBuilder text = new();
        text.Append("| flag | JSON key | type | client default | server default | meaning |\n");
        text.Append("|---|---|---|---|---|---|\n");
        foreach (FlagSpec flag in FlagTable.All)
        {
            string names = string.Join(", ", flag.TypedNames.Select(name => $"`{name}`"));
            string note = flag.IsAddition ? " *(addition)*" : flag.IsHidden ? " *(not in `-h`)*" : "";
            string key = flag.JsonKey is null ? "–" : $"`{flag.JsonKey}`";
            string type = flag.Kind switch
            {
                FlagKind.Text => "text",
                FlagKind.Integer => "number",
                _ => "switch",
            };
            string client = Default(flag, FlagSides.Client);
            string server = Default(flag, FlagSides.Server);
            text.Append($"| {names}{note} | {key} | {type} | {client} | {server} | {flag.Help} |\n");
        }

        return text.ToString();
    }

    private static string Default(FlagSpec flag, FlagSides side)
    {
        if ((flag.Sides & side) == 0)
            return "";
        CommandSettings defaults = FlagTable.Defaults(side);
        string value = flag.DefaultText(defaults);
        return value.Length > 0 ? $"`{value}`" : flag.Kind == FlagKind.Boolean ? "off" : "none";
    }
}
