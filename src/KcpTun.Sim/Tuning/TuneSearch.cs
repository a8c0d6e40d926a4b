using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Tuning;

/// <summary>What the search found.</summary>
/// <param name="Front">The Pareto front under all seeds, best first.</param>
/// <param name="Finalists">All that met all seeds, best first.</param>
/// <param name="Tried">Settings tried.</param>
/// <param name="Incomplete">Of these, those that did not finish or delivered a wrong byte.</param>
internal sealed record TuneOutcome(
    IReadOnlyList<Trial> Front, IReadOnlyList<Trial> Finalists, int Tried, int Incomplete)
{
    public Trial Winner => Front[0];
}

/// <summary>
/// Successive halving: every mode and shape under one seed and one window; the windows for those that did well; then
/// more seeds for fewer and fewer. Which go on depends on results alone, never on time or threads.
/// </summary>
/// <param name="build">Makes a plan of what a candidate says.</param>
/// <param name="runner">Runs it.</param>
/// <param name="goal">Decides who wins, and half of the places of each stage.</param>
internal sealed class TuneSearch(Func<Candidate, ExperimentPlan> build, TrialRunner runner, TuneGoal goal)
{
    private const int WindowPlaces = 8;
    private const int MiddlePlaces = 16;
    private const int MiddleSeeds = 3;
    private const int LastPlaces = 8;

    private readonly List<Trial> _trials = [];

    /// <param name="space">What may be tried.</param>
    /// <param name="seeds">Seeds of the last stage.</param>
    /// <returns>Null if nothing completed.</returns>
    public TuneOutcome? Run(CandidateSpace space, int seeds)
    {
        Try(space.First());
        Try(Best(_trials, WindowPlaces).SelectMany(trial => space.OtherWindows(trial.Candidate)));
        IReadOnlyList<Trial> left = Best(_trials, MiddlePlaces);
        runner.Run(left, Math.Min(MiddleSeeds, seeds));
        left = Best(left, LastPlaces);
        runner.Run(left, seeds);
        left = [.. Ranked(left, goal)];
        return left.Count == 0
            ? null
            : new TuneOutcome(
                ParetoFront.Of(left, trial => trial.Figures), left, _trials.Count,
                _trials.Count(trial => !trial.IsComplete));
    }

    /// <summary>
    /// The best for the goal for every second place, and in between the best for each other goal in turn, so that the
    /// front reaches to its ends.
    /// </summary>
    internal IReadOnlyList<Trial> Best(IReadOnlyList<Trial> trials, int places)
    {
        Queue<Trial> own = new(Ranked(trials, goal));
        Queue<Trial>[] others =
            [.. TuneGoal.All.Where(one => one != goal).Select(one => new Queue<Trial>(Ranked(trials, one)))];
        List<Trial> chosen = [];
        for (int turn = 0; chosen.Count < places && own.Count > 0; turn++)
        {
            Queue<Trial> queue = turn % 2 == 0 ? own : others[turn / 2 % others.Length];
            while (queue.TryDequeue(out Trial? next))
            {
                if (chosen.Contains(next))
                    continue;
                chosen.Add(next);
                break;
            }
        }

        return chosen;
    }

    private static IEnumerable<Trial> Ranked(IEnumerable<Trial> trials, TuneGoal goal) => trials
        .Where(trial => trial.IsComplete)
        .OrderByDescending(trial => goal.Score(trial.Figures))
        .ThenBy(trial => trial.Order);

    private void Try(IEnumerable<Candidate> candidates)
    {
        List<Trial> fresh = [];
        foreach (Candidate candidate in candidates)
        {
            if (!_trials.Exists(trial => trial.Candidate == candidate))
            {
                Trial trial = new(candidate, build(candidate), _trials.Count);
                _trials.Add(trial);
                fresh.Add(trial);
            }
        }

        runner.Run(fresh, 1);
    }
}
