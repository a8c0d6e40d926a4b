using System.CommandLine;
using System.CommandLine.Parsing;
using KcpTun.Settings;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>The whole program behind <c>Main</c>.</summary>
public sealed class SimCommandLine
{
    private const string DefaultCommand = "run";

    private const string Description =
        """
        Runs kcptun's tunnel, the code that ships, over a virtual path in virtual time.

        Without a command it is 'run': kcptun-sim --loss 30 --rtt 200 compares the modes, with and without FEC.
        Any flag of kcptun can be given as it is, for both ends (--sndwnd 1024 --crypt none) or for one of them
        (--client "--sndwnd 2048"); kcptun-sim list options prints them. Only closewait differs: it is 0 unless given.
        A row of the table comes again with the same command and that row's --mode and --fec.

        """;

    /// <summary>One hyphen or two begin a name, as in Go; a word that begins with @ is a word.</summary>
    internal static ParserConfiguration Parser { get; } =
        new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    private readonly SimEnvironment _environment;
    private readonly RootCommand _root = new(Description + "\n" + ExitCodes.Help);

    /// <param name="environment">The world outside.</param>
    /// <param name="commands">The subcommands, in the order help shows them.</param>
    public SimCommandLine(SimEnvironment environment, IEnumerable<ISimCommand> commands)
    {
        _environment = environment;
        _root.HelpName = "kcptun-sim";
        Option<bool> version = new("--version") { Description = "print the version" };
        foreach (Option builtIn in _root.Options.Where(option => option is VersionOption).ToArray())
            _root.Options.Remove(builtIn);
        _root.Add(version);
        _root.SetAction(_ => environment.Output.WriteLine($"kcptun-sim {environment.Version}"));
        foreach (ISimCommand command in commands)
            _root.Add(command.Create(environment));
    }

    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public int Run(IReadOnlyList<string> arguments)
    {
        ParseResult parsed = _root.Parse([.. PlanOptions.Tie(WithCommand(arguments))], Parser);
        if (Explain(parsed) is { } wrong)
        {
            _environment.Say(wrong);
            return ExitCodes.Usage;
        }

        if (parsed.CommandResult.Command is DetailedCommand detailed)
            detailed.Expand();
        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = _environment.Output,
                Error = _environment.Error,
                EnableDefaultExceptionHandler = false,
            });
        }
        catch (CommandException refused)
        {
            _environment.Say(refused.Message);
            return refused.Status;
        }
        catch (OperationCanceledException)
        {
            _environment.Say("interrupted");
            return ExitCodes.Interrupted;
        }
        catch (RunFailedException defect)
        {
            string what = $"{defect.Message}{(defect.Command is null ? "" : $": {defect.Command}")}";
            _environment.Say($"a run failed, which is a defect: {what.ReplaceLineEndings(" ")}");
            return ExitCodes.Failure;
        }
    }

    /// <summary>Options without a command belong to <c>run</c>.</summary>
    private static IEnumerable<string> WithCommand(IReadOnlyList<string> arguments)
    {
        bool hasCommand = arguments.Count > 0
            && (!arguments[0].StartsWith('-') || arguments[0] is "-h" or "-?" or "--help" or "--version");
        return hasCommand ? arguments : arguments.Prepend(DefaultCommand);
    }

    /// <summary>What is wrong with the words, in one line; null if nothing is.</summary>
    private static string? Explain(ParseResult parsed)
    {
        string? unmatched = parsed.UnmatchedTokens is [string first, ..] ? first : null;
        if ((SwallowedOption(parsed) ?? unmatched) is not { } word)
            return parsed.Errors.Count == 0 ? null : parsed.Errors[0].Message.ReplaceLineEndings(" ");
        Command command = parsed.CommandResult.Command;
        string name = command is RootCommand ? "kcptun-sim" : $"kcptun-sim {command.Name}";
        if (!word.StartsWith('-'))
        {
            string hint = NearestName.Hint(word, command.Subcommands.Select(sub => sub.Name));
            string what = command is RootCommand ? "command" : "argument";
            return $"{word}: no such {what}{(hint.Length > 0 ? hint : $"; see {name} --help")}";
        }

        string typed = word.TrimStart('-').Split('=', ':')[0];
        IEnumerable<string> names = command.Options.Select(option => option.Name.TrimStart('-'));
        string nearest = NearestName.Hint(typed, names, "--");
        return $"{word}: no such option{(nearest.Length > 0 ? nearest : $"; see {name} --help")}";
    }

    /// <summary>An unknown option that was taken for an argument, such as the name of a file.</summary>
    private static string? SwallowedOption(ParseResult parsed) =>
        parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .FirstOrDefault(word => word.Length > 1 && word.StartsWith('-'));
}
