using KcpTun.Sim.Plans;
using KcpTun.Sim.Swarm;

namespace KcpTun.Sim.Cli;

/// <summary>What a swarm is to do.</summary>
/// <param name="FirstSeed">The first seed.</param>
/// <param name="Count">How many seeds.</param>
internal sealed record SwarmRequest(ulong FirstSeed, int Count)
{
    /// <summary>The case of every seed; null to draw them.</summary>
    public IReadOnlyList<SwarmItem>? Items { get; init; }

    /// <summary>Percentage of seeds that are executed twice.</summary>
    public int CheckPercent { get; init; }

    /// <summary>Real time after which no seed is begun; null for no limit.</summary>
    public TimeSpan? Budget { get; init; }

    public bool Shrinks { get; init; } = true;

    public bool IsVerbose { get; init; }

    public SwarmCase CaseAt(int index)
    {
        ulong seed = FirstSeed + (ulong)index;
        return Items is null ? SwarmDraw.Draw(seed) : new SwarmCase(seed, Items);
    }

    /// <summary>Repeats a seed as it was.</summary>
    public string CommandOf(SwarmCase swarmCase) =>
        Items is null ? $"kcptun-sim swarm --seed {swarmCase.Seed} --seeds 1" : CommandWithItems(swarmCase);

    /// <summary>Repeats a case whatever the seed draws.</summary>
    public static string CommandWithItems(SwarmCase swarmCase) =>
        $"kcptun-sim swarm --seed {swarmCase.Seed} --case {ShellWords.Quote(swarmCase.Text)}";
}

/// <summary>One seed and what came of it.</summary>
/// <param name="Failure">What is wrong, beginning with the rule; null if nothing is.</param>
internal sealed record SwarmOutcome(SwarmCase Case, string TraceHash, long SimulatedTime, string? Failure);
