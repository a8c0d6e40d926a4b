using System.Globalization;
using Microsoft.Coyote;
using Microsoft.Coyote.Logging;
using TestingEngine = Microsoft.Coyote.SystematicTesting.TestingEngine;
using TestReport = Microsoft.Coyote.SystematicTesting.TestReport;

namespace KcpTun.Concurrency.Harness;

/// <summary>One run of Coyote over a scenario.</summary>
/// <param name="Iterations">Schedules tried; with a bug, the one that found it was the last.</param>
/// <param name="Bug">Coyote's words for the bug, or null.</param>
/// <param name="Trace">The choices that lead to the bug, for <see cref="Replay"/>.</param>
internal sealed record Exploration(uint Iterations, string? Bug, string Trace, string Log)
{
    /// <summary>Enough for every mutant; more of them only help against what nobody has thought of.</summary>
    public const uint DefaultIterations = 1000;

    public const uint DefaultSeed = 20260314;

    /// <summary>A schedule longer than this is one that makes no progress.</summary>
    private const uint MaxSteps = 20000;

    private const string IterationsVariable = "KCPTUN_COYOTE_ITERATIONS";
    private const string SeedVariable = "KCPTUN_COYOTE_SEED";

    public static uint IterationsAsked => Number(IterationsVariable, DefaultIterations);

    public static uint Seed => Number(SeedVariable, DefaultSeed);

    /// <summary>Tries schedules until a bug is found or the iterations are used up.</summary>
    public static Exploration Run(Scenario scenario, uint iterations) =>
        Run(scenario, Settings().WithTestingIterations(iterations).WithRandomGeneratorSeed(Seed));

    /// <summary>Follows a trace once.</summary>
    public static Exploration Replay(Scenario scenario, string trace) =>
        Run(scenario, Settings().WithTestingIterations(1).WithReproducibleTrace(trace));

    /// <summary>
    /// A portfolio: random walks and priorities that change at a few random points (PCT), in turns. Deadlocks are exact,
    /// because nothing uncontrolled may run.
    /// </summary>
    private static Configuration Settings() => Configuration.Create()
        .WithMaxSchedulingSteps(MaxSteps, MaxSteps)
        .WithFailureOnMaxStepsBoundEnabled(true)
        .WithPartiallyControlledConcurrencyAllowed(false)
        .WithSystematicFuzzingFallbackEnabled(false)
        .WithPotentialDeadlocksReportedAsBugs(true)
        .WithTelemetryEnabled(false);

    private static Exploration Run(Scenario scenario, Configuration settings)
    {
        using var log = new MemoryLogger(VerbosityLevel.Info);
        using TestingEngine engine = TestingEngine.Create(settings, scenario.Body);
        engine.SetLogger(log);
        engine.Run();
        TestReport report = engine.TestReport;
        report.UncontrolledInvocations.ShouldBeEmpty("Coyote does not control all of this scenario");
        report.InternalErrors.ShouldBeEmpty();
        uint iterations = (uint)(report.NumOfExploredFairPaths + report.NumOfExploredUnfairPaths);
        string? bug = report.NumOfFoundBugs == 0 ? null : string.Join("; ", report.BugReports);
        return new Exploration(iterations, bug, engine.ReproducibleTrace, log.ToString()!);
    }

    private static uint Number(string variable, uint otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
            : otherwise;
}
