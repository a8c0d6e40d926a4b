using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Tuning;

/// <summary>How the front does on one variation of the path.</summary>
/// <param name="Name">What differs.</param>
/// <param name="Winner">The setting that won on the path as given.</param>
/// <param name="Better">A setting of the front that does clearly better here, or null.</param>
internal sealed record RobustnessRow(string Name, Trial Winner, Trial? Better);

/// <summary>Whether the answer would be another one if the figures of the path were a little wrong.</summary>
internal static class Robustness
{
    /// <summary>Seeds of each variation; the losses are those of the search.</summary>
    public const int Seeds = 3;

    /// <summary>Settings of the front that are tried again.</summary>
    public const int Places = 5;

    /// <summary>A score has to be so many times the winner's to be called better.</summary>
    private const double Clearly = 1.1;

    public static IReadOnlyList<RobustnessRow> Run(TuneOutcome outcome, TrialRunner runner, TuneGoal goal, int seeds)
    {
        seeds = Math.Min(seeds, Seeds);
        Trial[] front = [.. outcome.Front.Take(Places)];
        LinkVariation[] variations = [.. LinkVariation.Of(outcome.Winner.Plan.Path)];
        Trial[][] trials =
        [
            .. variations.Select(variation => front
                .Select((trial, place) => new Trial(trial.Candidate, On(trial.Plan, variation), place))
                .ToArray()),
        ];
        runner.Run([.. trials.SelectMany(row => row)], seeds);
        return [.. variations.Zip(trials, (variation, row) => Judge(variation.Name, row, goal))];
    }

    private static RobustnessRow Judge(string name, Trial[] row, TuneGoal goal)
    {
        Trial winner = row[0];
        double score = winner.IsComplete ? goal.Score(winner.Figures) : 0;
        Trial? best = row.Where(trial => trial.IsComplete).MaxBy(trial => goal.Score(trial.Figures));
        bool isBetter = best is not null && best != winner && goal.Score(best.Figures) > score * Clearly;
        return new RobustnessRow(name, winner, isBetter ? best : null);
    }

    private static ExperimentPlan On(ExperimentPlan plan, LinkVariation variation) =>
        plan with { Path = variation.Path };
}
