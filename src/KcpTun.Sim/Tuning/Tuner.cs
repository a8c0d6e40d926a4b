using KcpTun.Settings;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Tuning;

/// <summary>What is asked.</summary>
/// <param name="Arguments">The path, the workloads, the seeds, and what is not to be searched.</param>
/// <param name="Plan">The same, checked.</param>
/// <param name="Goal">What counts.</param>
/// <param name="Peer">Who is at the other end.</param>
/// <param name="Estimate">Where the path comes from, if from counters.</param>
internal sealed record TuneRequest(
    PlanArguments Arguments, ExperimentPlan Plan, TuneGoal Goal, TunePeer Peer, SnmpEstimate? Estimate);

/// <summary>What is answered.</summary>
/// <param name="Outcome">The search.</param>
/// <param name="Defaults">kcptun without any flag on the same path; null where it has no place.</param>
/// <param name="Robustness">The winner on other paths.</param>
/// <param name="Reasons">Why it wins.</param>
/// <param name="Ends">How both ends are started.</param>
/// <param name="Runs">Runs that were needed.</param>
/// <param name="SimulatedTime">Their virtual time, ns.</param>
internal sealed record TuneAnswer(
    TuneOutcome Outcome, Trial? Defaults, IReadOnlyList<RobustnessRow> Robustness, IReadOnlyList<string> Reasons,
    IReadOnlyList<TunedEnd> Ends, int Runs, long SimulatedTime);

/// <summary>From a question to its answer.</summary>
internal static class Tuner
{
    private static readonly Candidate s_defaults = new("fast", "fast", new FecShards(10, 3), 0, 0);

    /// <param name="request">The question.</param>
    /// <param name="build">Makes a plan of what a candidate says.</param>
    /// <param name="runner">Runs it.</param>
    /// <returns>Null if nothing completed on this path.</returns>
    public static TuneAnswer? Run(TuneRequest request, Func<Candidate, ExperimentPlan> build, TrialRunner runner)
    {
        int seeds = request.Arguments.Seeds;
        PathArithmetic arithmetic = new(request.Plan.Path, request.Plan.Variants[0].Client);
        CandidateSpace space = new(request.Arguments, request.Peer, arithmetic);
        TuneSearch search = new(build, runner, request.Goal);
        if (search.Run(space, seeds) is not { } outcome)
            return null;
        Trial? defaults = null;
        if (request.Arguments is { Modes.Count: 0, Fecs.Count: 0 })
        {
            defaults = new Trial(s_defaults, build(s_defaults), 0);
            runner.Run([defaults], seeds);
        }

        IReadOnlyList<RobustnessRow> robustness = Robustness.Run(outcome, runner, request.Goal, seeds);
        return new TuneAnswer(
            outcome, defaults, robustness, [.. new Explanation(outcome, defaults, request.Goal).Sentences()],
            Ends(outcome.Winner.Plan.Variants[0], request.Peer), runner.Runs, runner.SimulatedTime);
    }

    /// <summary>Both ends of a setting, the server first, because it is started first.</summary>
    public static IReadOnlyList<TunedEnd> Ends(Variant variant, TunePeer peer) =>
    [
        new(FlagSides.Server, variant.Server, peer == TunePeer.GoServer),
        new(FlagSides.Client, variant.Client, peer == TunePeer.GoClient),
    ];
}
