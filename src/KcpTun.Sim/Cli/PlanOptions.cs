using System.CommandLine;
using System.CommandLine.Parsing;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Cli;

/// <summary>The options that describe an experiment: path, kcptun's flags, variants, workloads and seeds.</summary>
internal sealed class PlanOptions
{
    private static readonly string[] s_lineOptions = ["--client", "--server"];

    private readonly PathOptionSet _link;
    private readonly List<(string Flag, Option<string[]> Option)> _flags = [];

    private readonly Option<string[]> _modes =
        Words("--mode", "MODES", "modes to compare, as in fast2,fast3 [normal,fast,fast2,fast3]");

    private readonly Option<string[]> _fecs =
        Words("--fec", "D/P", "data/parity shards to compare, as in 0/0,10/3 [0/0,10/3]");

    private readonly Option<string[]> _workloads =
        Words("--workload", "WORKLOAD", "what applications do; repeatable [bulk:8MiB and echo:64B,n=400,every=50ms]");

    private readonly Option<string[]> _client =
        Words("--client", "FLAGS", "flags of kcptun for the client alone, as in \"--sndwnd 2048\"");

    private readonly Option<string[]> _server =
        Words("--server", "FLAGS", "flags of kcptun for the server alone");

    private readonly Option<string[]> _seed = Words("--seed", "N", "first seed [1]");

    private readonly Option<string[]> _seeds =
        Words("--seeds", "N", $"number of seeds [{ExperimentPlan.DefaultSeeds}]");

    private readonly Option<string[]> _limit = Words("--limit", "TIME", "virtual time after which a run ends [600s]");

    private readonly Command _command;

    /// <param name="command">Gets the options.</param>
    public PlanOptions(Command command)
    {
        _command = command;
        _link = new PathOptionSet(command);
        foreach (string flag in PlanNames.SharedFlags)
            _flags.Add((flag, FlagOption(flag)));
        foreach (Option<string[]> option in Own)
            command.Add(option);
        foreach ((_, Option<string[]> option) in _flags)
            command.Add(option);
    }

    private Option<string[]>[] Own => [_modes, _fecs, _workloads, _client, _server, _seed, _seeds, _limit];

    /// <summary>What was given, lists of modes and shards split.</summary>
    /// <exception cref="CommandException">A value cannot be read.</exception>
    public PlanArguments Read(ParseResult parsed) => ReadRaw(parsed) with
    {
        Modes = [.. Values(parsed, _modes).SelectMany(text => text.Split(','))],
        Fecs = [.. Values(parsed, _fecs).SelectMany(text => text.Split(','))],
    };

    /// <summary>Words from elsewhere than the command line, as from a file.</summary>
    /// <param name="words">The words after <c>run</c>.</param>
    /// <param name="place">Where they are from, for messages.</param>
    /// <exception cref="CommandException">They cannot be read.</exception>
    public PlanArguments ReadWords(IReadOnlyList<string> words, string place) => Read(Parse(words, place));

    /// <inheritdoc cref="ReadWords"/>
    public PlanArguments ReadRawWords(IReadOnlyList<string> words, string place) => ReadRaw(Parse(words, place));

    /// <summary>What was given, word by word: lists are not split.</summary>
    /// <exception cref="CommandException">A value cannot be read.</exception>
    public PlanArguments ReadRaw(ParseResult parsed)
    {
        PlanArguments arguments = new()
        {
            Link = [.. _link.Read(parsed)],
            Flags = [.. _flags.SelectMany(entry => Pairs(parsed, entry.Flag, entry.Option))],
            ClientWords = Split(parsed, _client),
            ServerWords = Split(parsed, _server),
            Modes = Values(parsed, _modes),
            Fecs = Values(parsed, _fecs),
            Workloads = Values(parsed, _workloads),
            FirstSeed = Single(parsed, _seed) is { } seed ? OptionText.Seed("--seed", seed) : 1,
            Seeds = Single(parsed, _seeds) is { } seeds
                ? OptionText.Integer("--seeds", seeds, ExperimentPlan.MaxSeeds)
                : ExperimentPlan.DefaultSeeds,
            Limit = Single(parsed, _limit) is { } limit ? Limit(limit) : SimPlan.DefaultLimit,
        };
        if (arguments.FirstSeed > ulong.MaxValue - (ulong)arguments.Seeds)
            throw CommandException.Usage($"--seed {arguments.FirstSeed}: too large for {arguments.Seeds} seeds");
        return arguments;
    }

    /// <summary>
    /// Ties a value that is itself a line of flags to its option: <c>--client "--sndwnd 2048"</c> looks like two
    /// options otherwise.
    /// </summary>
    public static IEnumerable<string> Tie(IEnumerable<string> words)
    {
        string? option = null;
        foreach (string word in words)
        {
            if (option is not null)
            {
                yield return $"{option}={word}";
                option = null;
            }
            else if (s_lineOptions.Contains(word))
            {
                option = word;
            }
            else
            {
                yield return word;
            }
        }

        if (option is not null)
            yield return option;
    }

    private ParseResult Parse(IReadOnlyList<string> words, string place)
    {
        ParseResult parsed = _command.Parse([.. Tie(words)], SimCommandLine.Parser);
        return parsed.Errors.Count == 0
            ? parsed
            : throw CommandException.Usage($"{place}: {parsed.Errors[0].Message.ReplaceLineEndings(" ")}");
    }

    private static Option<string[]> Words(string name, string valueHelp, string help) =>
        new(name) { HelpName = valueHelp, Description = help };

    /// <summary>One hyphen or two, as in Go; not shown, because kcptun's own help has them.</summary>
    private static Option<string[]> FlagOption(string flag)
    {
        Option<string[]> option = new($"--{flag}", $"-{flag}") { Description = PlanNames.Help(flag), Hidden = true };
        if (PlanNames.IsSwitch(flag))
            option.Arity = ArgumentArity.ZeroOrMore;
        return option;
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(
        ParseResult parsed, string key, Option<string[]> option)
    {
        if (parsed.GetResult(option) is not { } result)
            return [];
        IEnumerable<string> values = result.Tokens.Count == 0 ? ["true"] : result.Tokens.Select(token => token.Value);
        return values.Select(value => KeyValuePair.Create(key, value));
    }

    private static string[] Values(ParseResult parsed, Option<string[]> option) =>
        [.. (parsed.GetResult(option)?.Tokens ?? []).Select(token => token.Value)];

    private static string? Single(ParseResult parsed, Option<string[]> option) => Values(parsed, option) switch
    {
        [] => null,
        [string value] => value,
        _ => throw CommandException.Usage($"{option.Name}: given more than once"),
    };

    private static List<string> Split(ParseResult parsed, Option<string[]> option)
    {
        List<string> words = [];
        foreach (string line in Values(parsed, option))
        {
            if (!ShellWords.TrySplit(line, out IReadOnlyList<string> more))
                throw CommandException.Usage($"{option.Name} {line}: a quote is not closed");
            words.AddRange(more);
        }

        return words;
    }

    private static long Limit(string text) =>
        Units.TryDuration(text, SimTime.Second, out long limit) && limit > 0
            ? limit
            : throw CommandException.Usage($"--limit {text}: write a time such as 90s or 10m");
}
