using System.Globalization;
using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Plans;

/// <summary>What a command line says about an experiment, not yet checked.</summary>
public sealed record PlanArguments
{
    /// <summary>Settings of the path, in the order they were given.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Link { get; init; } = [];

    /// <summary>Flags of kcptun for both ends: name without hyphens, value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Flags { get; init; } = [];

    /// <summary>More flags for the client, one word each; they win over those for both.</summary>
    public IReadOnlyList<string> ClientWords { get; init; } = [];

    /// <summary>More flags for the server, one word each; they win over those for both.</summary>
    public IReadOnlyList<string> ServerWords { get; init; } = [];

    /// <summary>Values of <c>--mode</c>; empty for the default.</summary>
    public IReadOnlyList<string> Modes { get; init; } = [];

    /// <summary>Values of <c>--fec</c>; empty for the default.</summary>
    public IReadOnlyList<string> Fecs { get; init; } = [];

    /// <summary>Values of <c>--workload</c>; empty for the default.</summary>
    public IReadOnlyList<string> Workloads { get; init; } = [];

    public ulong FirstSeed { get; init; } = 1;

    public int Seeds { get; init; } = ExperimentPlan.DefaultSeeds;

    /// <summary>Virtual time after which a run is given up, ns.</summary>
    public long Limit { get; init; } = SimPlan.DefaultLimit;

    /// <summary>The words that say the same; what is default is left out, except for the first seed.</summary>
    public IEnumerable<string> ToWords()
    {
        foreach ((string key, string value) in Link)
        {
            yield return PlanNames.OfLink(key);
            yield return value;
        }

        foreach ((string name, string value) in Flags)
            yield return $"{PlanNames.OfFlag(name)}={value}";
        if (ClientWords.Count > 0)
            yield return $"--client={ShellWords.Join(ClientWords)}";
        if (ServerWords.Count > 0)
            yield return $"--server={ShellWords.Join(ServerWords)}";
        foreach ((string option, IReadOnlyList<string> values) in new[] { ("--mode", Modes), ("--fec", Fecs) })
        {
            if (values.Count == 0)
                continue;
            yield return option;
            yield return string.Join(',', values);
        }

        foreach (string workload in Workloads)
        {
            yield return "--workload";
            yield return workload;
        }

        yield return "--seed";
        yield return FirstSeed.ToString(CultureInfo.InvariantCulture);
        if (Seeds != ExperimentPlan.DefaultSeeds)
        {
            yield return "--seeds";
            yield return Seeds.ToString(CultureInfo.InvariantCulture);
        }

        if (Limit != SimPlan.DefaultLimit)
        {
            yield return "--limit";
            yield return Limit % SimTime.Second == 0
                ? string.Create(CultureInfo.InvariantCulture, $"{Limit / SimTime.Second}s")
                : string.Create(CultureInfo.InvariantCulture, $"{Limit}ns");
        }
    }
}
