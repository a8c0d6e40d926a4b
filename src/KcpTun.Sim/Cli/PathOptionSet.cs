using System.CommandLine;
using KcpTun.Sim.Links;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Cli;

/// <summary>The options of the path on a command.</summary>
internal sealed class PathOptionSet
{
    private readonly List<(string Key, Option<string[]> Option)> _options = [];

    /// <param name="command">Gets the options.</param>
    public PathOptionSet(Command command)
    {
        foreach (PathOption path in PathOptions.All)
        {
            Option<string[]> option = new(PlanNames.OfLink(path.Key))
            {
                HelpName = path.ValueHelp,
                Description = $"path: {path.Help} Example: {path.Example}",
            };
            _options.Add((path.Key, option));
            command.Add(option);
        }
    }

    /// <summary>What was given, by the names that <see cref="PathSpec"/> knows.</summary>
    public IEnumerable<KeyValuePair<string, string>> Read(ParseResult parsed) =>
        from entry in _options
        from token in parsed.GetResult(entry.Option)?.Tokens ?? []
        select KeyValuePair.Create(entry.Key, token.Value);
}
