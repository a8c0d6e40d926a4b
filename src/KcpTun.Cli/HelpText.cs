using System.Text;
using KcpTun.Settings;

namespace KcpTun.Cli;

/// <summary>The text of <c>-h</c>, laid out as kcptun's.</summary>
internal static class HelpText
{
    /// <summary>Help of <c>kcptun</c> without a command.</summary>
    public static string General(string version) =>
        $"""
        NAME:
           kcptun - a TCP tunnel over KCP(with SMUX)

        USAGE:
           kcptun command [options]

        VERSION:
           {version}

        COMMANDS:
           client   listen locally and carry connections to a server
           server   take connections from clients to a target
           demo     show a tunnel at work inside one process
           help, h  Shows a list of commands or help for one command

        Started as kcptun-client or kcptun-server (a symbolic link will do), it is that command.

        """;

    /// <summary>Help of one command.</summary>
    public static string Command(FlagSides side, string version)
    {
        string name = side == FlagSides.Client ? "client" : "server";
        CommandSettings defaults = FlagTable.Defaults(side);
        FlagSpec[] shown = [.. FlagTable.Of(side).Where(flag => !flag.IsHidden)];
        int width = shown.Max(flag => Names(flag).Length) + 2;
        StringBuilder text = new();
        text.Append("NAME:\n   kcptun - ").Append(name).Append("(with SMUX)\n\n");
        text.Append("USAGE:\n   kcptun ").Append(name).Append(" [options]\n\n");
        text.Append("VERSION:\n   ").Append(version).Append("\n\n");
        text.Append("GLOBAL OPTIONS:\n");
        AppendFlags(text, shown.Where(flag => !flag.IsAddition), width, defaults);
        text.Append("\nADDITIONS (not in kcptun):\n");
        AppendFlags(text, shown.Where(flag => flag.IsAddition), width, defaults);
        return text.ToString();
    }

    private static void AppendFlags(
        StringBuilder text, IEnumerable<FlagSpec> flags, int width, CommandSettings defaults)
    {
        foreach (FlagSpec flag in flags)
        {
            text.Append("   ").Append(Names(flag).PadRight(width)).Append(flag.Help);
            string value = flag.DefaultText(defaults);
            if (value.Length > 0)
                text.Append(" (default: ").Append(value).Append(')');
            if (flag.Variable is not null)
                text.Append(" [$").Append(flag.Variable).Append(']');
            text.Append('\n');
        }
    }

    private static string Names(FlagSpec flag)
    {
        string suffix = flag.Kind == FlagKind.Boolean ? "" : " value";
        return string.Join(", ", flag.TypedNames.Select(name => name + suffix));
    }
}
