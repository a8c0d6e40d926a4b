using KcpTun.Sim.Cli;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Swarm;

namespace KcpTun.Conformance.Sim.Cli;

/// <summary><c>kcptun-sim swarm</c>: what it says of what an engine, here one that pretends, has done.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SwarmCommandTests
{
    [Test]
    public void Without_a_finding_it_says_how_much_it_has_looked_at()
    {
        SimShell shell = new();
        shell.Run("swarm --seeds 100 --check-determinism 10").ShouldBe(ExitCodes.Ok);

        string text = shell.Output.ToString();
        text.ShouldStartWith("100 seeds from 1, 0 failures; ");
        int twice = shell.Runs - 100;
        twice.ShouldBeInRange(1, 30);
        text.ShouldContain($"; {twice} executed twice; 1100 virtual s");
    }

    [Test]
    public void What_it_says_does_not_depend_on_the_number_of_threads()
    {
        string[] outputs = [.. new[] { "1", "2", "7" }.Select(jobs =>
        {
            SimShell shell = new() { Engine = FailEvery(9, "BND-1: too much") };
            shell.Run($"swarm --seeds 200 --jobs {jobs} --verbose").ShouldBe(ExitCodes.Correctness);
            return shell.Output.ToString();
        })];
        outputs.Distinct().Count().ShouldBe(1);
        outputs[0].ShouldContain("10 failures; enough failures, so it ended");
    }

    [TestCase("crash: System.Exception: boom\n   at Somewhere()", ExitCodes.Crash)]
    [TestCase("LIV-2: not finished after 130 s of virtual time", ExitCodes.Liveness)]
    [TestCase("stuck at 12 ns: callbacks call each other and time does not pass", ExitCodes.Liveness)]
    [TestCase("INT-1: wrong bytes at offset 7", ExitCodes.Correctness)]
    [TestCase("PRT-4: FEC packet 3 Up follows 5", ExitCodes.Correctness)]
    [TestCase("QUI-1: an idle tunnel sent 700 datagrams", ExitCodes.Correctness)]
    [TestCase("a continuation ran on a foreign thread:\n   at Somewhere()", ExitCodes.Nondeterminism)]
    public void Every_kind_of_failure_has_its_exit_status(string failure, int status)
    {
        SimShell shell = new() { Engine = FailEvery(5, failure) };

        shell.Run("swarm --seeds 6").ShouldBe(status);

        string text = shell.Output.ToString();
        text.ShouldStartWith($"seed 5: {failure.Split('\n')[0]}\n");
        text.ShouldContain("6 seeds from 1, 1 failures;");
        text.ShouldContain("\n  kcptun-sim swarm --seed 5 --case ");
        if (failure.Contains('\n', StringComparison.Ordinal))
            text.ShouldContain("at Somewhere()");
    }

    [Test]
    public void A_failing_case_is_made_small_and_its_command_repeats_it()
    {
        SimShell shell = new() { Engine = FailWhere(plan => plan.Path.Up.Rate > 0, "INT-1: wrong bytes") };
        shell.Run("swarm --seeds 30").ShouldBe(ExitCodes.Correctness);

        string[] lines = shell.Output.ToString().Split('\n');
        int index = Array.FindIndex(lines, line => line.StartsWith("INT-1 needs ", StringComparison.Ordinal));
        string command = lines[index + 1].Trim();
        command.ShouldContain("link.rate=");
        command.ShouldContain("heal");
        command.ShouldNotContain("flow=");

        SimShell again = new() { Engine = shell.Engine };
        again.Run(command["kcptun-sim ".Length..]).ShouldBe(ExitCodes.Correctness);
        again.Output.ToString().ShouldContain("1 seeds from");
    }

    [Test]
    public void A_failing_case_can_be_left_as_it_was_drawn()
    {
        SimShell shell = new() { Engine = FailEvery(4, "INT-1: wrong bytes") };
        shell.Run("swarm --seeds 4 --no-shrink --check-determinism 0").ShouldBe(ExitCodes.Correctness);

        shell.Output.ToString().ShouldContain("INT-1 again:\n  kcptun-sim swarm --seed 4 --seeds 1\n");
        shell.Runs.ShouldBe(4);
    }

    [Test]
    public void Two_executions_that_differ_are_found()
    {
        int runs = 0;
        SimShell shell = new()
        {
            Engine = (plan, observer) => SimShell.Pretend(plan, observer) with
            {
                TraceHash = Interlocked.Increment(ref runs).ToString("x32", null),
            },
        };

        shell.Run("swarm --seeds 3 --check-determinism 100 --no-shrink --jobs 1").ShouldBe(ExitCodes.Nondeterminism);

        string text = shell.Output.ToString();
        text.ShouldStartWith("seed 1: DET: trace hash 00000000000000000000000000000001, and then 000000000000");
        text.ShouldContain("20 further executions of seed 1 were the same to the bit");
    }

    [Test]
    public void A_budget_of_real_time_ends_it_without_a_failure()
    {
        int seconds = 0;
        SimShell shell = new() { Clock = () => TimeSpan.FromSeconds(Interlocked.Increment(ref seconds)) };

        shell.Run("swarm --budget 5s --jobs 1").ShouldBe(ExitCodes.Ok);
        shell.Output.ToString().ShouldContain(" 0 failures; the time is over; ");
    }

    [Test]
    public void Ctrl_C_keeps_what_was_found()
    {
        SimShell shell = new();
        shell.Engine = (plan, observer) =>
        {
            if (plan.Seed == 3)
                shell.Interrupt.Cancel();
            return FailEvery(2, "LIV-2: too slow")(plan, observer);
        };

        shell.Run("swarm --jobs 1").ShouldBe(ExitCodes.Liveness);
        shell.Output.ToString().ShouldStartWith("seed 2: LIV-2: too slow\n");
    }

    [Test]
    public void A_run_that_throws_is_named()
    {
        SimShell shell = new()
        {
            Engine = (plan, observer) => plan.Seed == 3
                ? throw new InvalidOperationException("two\nlines")
                : SimShell.Pretend(plan, observer),
        };

        shell.Run("swarm --seeds 5").ShouldBe(ExitCodes.Crash);
        shell.Lines.ShouldHaveSingleItem().ShouldBe(
            "kcptun-sim: a run threw: InvalidOperationException: two lines: kcptun-sim swarm --seed 3 --seeds 1");
    }

    [Test]
    public void Verbose_prints_what_a_seed_draws()
    {
        SimShell shell = new();
        shell.Run("swarm --seed 12 --seeds 1 --verbose").ShouldBe(ExitCodes.Ok);
        foreach (SwarmItem item in SwarmDraw.Draw(12).Items)
            shell.Output.ToString().ShouldContain($"\n  {item}\n");
    }

    [Test]
    public void Canaries_are_found_by_the_real_engine_and_missed_by_one_that_pretends()
    {
        SimShell real = new() { Engine = SimRun.Execute };
        real.Run("swarm --canary").ShouldBe(ExitCodes.Ok, real.Output.ToString());
        real.Output.ToString().ShouldNotContain("NOT FOUND");

        SimShell blind = new();
        blind.Run("swarm --canary").ShouldBe(ExitCodes.Failure);
        blind.Output.ToString().ShouldContain("NOT FOUND: damage that no checksum sees: ok");
    }

    private static PlanExecutor FailEvery(ulong nth, string failure) =>
        FailWhere(plan => plan.Seed % nth == 0, failure);

    private static PlanExecutor FailWhere(Func<SimPlan, bool> isBad, string failure) =>
        (plan, observer) => SimShell.Pretend(plan, observer) is var result && isBad(plan)
            ? result with { IsComplete = false, Failure = failure }
            : result;
}
