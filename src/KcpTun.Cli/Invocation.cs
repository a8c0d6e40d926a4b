using KcpTun.Settings;

namespace KcpTun.Cli;

/// <summary>What the process was started to do.</summary>
internal enum Command
{
    Client,
    Server,
    Demo,
    Help,
    Version,
    Invalid,
}

/// <summary>A command and the arguments that are left for it.</summary>
/// <param name="Error">One line when <paramref name="Command"/> is <see cref="Command.Invalid"/>.</param>
internal sealed record Invocation(Command Command, IReadOnlyList<string> Arguments, string? Error = null)
{
    private static readonly string[] s_commands = ["client", "server", "demo", "help"];

    /// <summary>
    /// The command is the name the program was started under, kcptun-client or kcptun-server, else the first argument.
    /// </summary>
    /// <param name="programName">First word of the command line, with or without directories.</param>
    /// <param name="arguments">The other words.</param>
    public static Invocation Of(string programName, IReadOnlyList<string> arguments)
    {
        switch (Path.GetFileNameWithoutExtension(programName))
        {
            case "kcptun-client":
                return new Invocation(Command.Client, arguments);
            case "kcptun-server":
                return new Invocation(Command.Server, arguments);
        }

        if (arguments.Count == 0)
            return Invalid("Incorrect Usage. a command is missing: kcptun client, or kcptun server; see kcptun -h");
        IReadOnlyList<string> rest = [.. arguments.Skip(1)];
        return arguments[0] switch
        {
            "client" => new Invocation(Command.Client, rest),
            "server" => new Invocation(Command.Server, rest),
            "demo" => new Invocation(Command.Demo, rest),
            "help" or "h" or "-h" or "--h" or "-help" or "--help" => new Invocation(Command.Help, rest),
            "-v" or "--v" or "-version" or "--version" or "version" => new Invocation(Command.Version, rest),
            string word => Invalid(Unknown(word)),
        };
    }

    private static Invocation Invalid(string error) => new(Command.Invalid, [], error.ReplaceLineEndings(" "));

    private static string Unknown(string word)
    {
        if (word.StartsWith('-'))
            return $"Incorrect Usage. a command comes before the flags: kcptun client {word} or kcptun server {word}";
        string hint = NearestName.Hint(word, s_commands, "kcptun ");
        return $"Incorrect Usage. no command \"{word}\"{(hint.Length > 0 ? hint : "; see kcptun -h")}";
    }
}
