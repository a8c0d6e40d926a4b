using System.Globalization;
using Microsoft.Coyote;
using Microsoft.Coyote.Logging;
using TestingEngine = Microsoft.Coyote.SystematicTesting.TestingEngine;
using TestReport = Microsoft.Coyote.SystematicTesting.TestReport;

namespace KcpTun.Concurrency.Harness;

/// <summary>What Coyote found in one scenario.</summary>
/// <param name="Schedules">Schedules tried; with a bug, the last one has it.</param>
/// <param name="Bug">Coyote's words for the bug, or null.</param>
/// <param name="Trace">The choices that lead to the bug, for <see cref="Replay"/>; JSON.</param>
/// <param name="Log">Coyote's log of the last schedule.</param>
internal sealed record Exploration(int Schedules, string? Bug, string Trace, string Log)
{
    /// <summary>A mutant that is not found within these is not found.</summary>
    public const uint MutantSchedules = 1000;

    /// <summary>
    /// Four times what any mutant took; more of them only help against what nobody has thought of, and that is for a
    /// night.
    /// </summary>
    private const uint DefaultSchedules = 300;

    private const uint DefaultSeed = 20260314;

    /// <summary>A schedule longer than this makes no progress.</summary>
    private const uint MaxSteps = 20000;

    /// <summary>Schedules to try on correct code (KCPTUN_COYOTE_ITERATIONS).</summary>
    public static uint SchedulesAsked { get; } = Number("KCPTUN_COYOTE_ITERATIONS", DefaultSchedules);

    /// <summary>Where Coyote's choices start from (KCPTUN_COYOTE_SEED).</summary>
    public static uint Seed { get; } = Number("KCPTUN_COYOTE_SEED", DefaultSeed);

    /// <summary>The trace to follow instead of exploring (KCPTUN_COYOTE_TRACE, a file); null without it.</summary>
    public static string? TraceAsked { get; } = ReadTrace();

    /// <summary>
    /// Tries schedules until a bug is found or the given number is used up; or follows the trace asked for.
    /// </summary>
    public static Exploration Run(Scenario scenario, uint schedules) => TraceAsked is { } trace
        ? Replay(scenario, trace)
        : Run(scenario, Settings().WithTestingIterations(schedules).WithRandomGeneratorSeed(Seed));

    /// <summary>Follows a trace, once.</summary>
    public static Exploration Replay(Scenario scenario, string trace) =>
        Run(scenario, Settings().WithTestingIterations(1).WithReproducibleTrace(trace));

    /// <summary>
    /// Coyote's default is a portfolio of fair strategies in turns: random walks, and priorities that change at a few
    /// random points (PCT). Nothing uncontrolled may run, so that a deadlock is one.
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
        using TestingEngine engine = TestingEngine.Create(settings, scenario.Body);
        engine.SetLogger(new MemoryLogger(VerbosityLevel.Error));
        engine.Run();
        TestReport report = engine.TestReport;
        report.UncontrolledInvocations.ShouldBeEmpty("something in this scenario escapes Coyote");
        report.InternalErrors.ShouldBeEmpty();
        int schedules = report.NumOfExploredFairPaths + report.NumOfExploredUnfairPaths;
        string? bug = report.NumOfFoundBugs == 0 ? null : string.Join("; ", report.BugReports);
        return new Exploration(schedules, bug, engine.ReproducibleTrace, engine.ReadableTrace);
    }

    private static uint Number(string variable, uint otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
            : otherwise;

    private static string? ReadTrace() =>
        Environment.GetEnvironmentVariable("KCPTUN_COYOTE_TRACE") is { Length: > 0 } file
            ? File.ReadAllText(Path.Combine(RepositoryRoot.Path, file))
            : null;
}
