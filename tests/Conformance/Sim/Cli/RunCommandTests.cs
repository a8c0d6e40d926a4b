using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Sim.Cli;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Cli;

/// <summary><c>kcptun-sim run</c>: its outputs and its exit status.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class RunCommandTests
{
    [Test]
    public void Without_a_command_it_compares_the_modes_with_and_without_FEC()
    {
        SimShell shell = new();

        shell.Run("--loss 30 --rtt 200").ShouldBe(ExitCodes.Ok);

        shell.Runs.ShouldBe(4 * 2 * 2 * 3);
        string text = shell.Output.ToString();
        foreach (string mode in new[] { "normal", "fast", "fast2", "fast3" })
            text.ShouldContain($"{mode}+fec10/3");
        text.ShouldContain("link      rtt 200 ms, loss 30 % each way");
        text.ShouldContain("seeds     1..3   engine 1.2.3");
        text.ShouldContain("trace hash ");
        text.ShouldContain("kcptun-sim run --rtt 200 --loss 30 --mode fast3 --fec 10/3 --seed 1");
        shell.Lines.ShouldBeEmpty();
    }

    [Test]
    public void Without_a_terminal_there_are_no_escapes_and_no_padding()
    {
        SimShell shell = new();
        shell.Run("--loss 30").ShouldBe(ExitCodes.Ok);

        shell.Output.ToString().ShouldNotContain('\u001b');
        shell.Output.ToString().Split('\n').ShouldAllBe(line => line == line.TrimEnd());
    }

    [Test]
    public void A_narrow_terminal_gets_a_block_for_each_variant()
    {
        SimShell shell = new() { Columns = 40 };
        shell.Run("--mode fast2 --fec 0/0").ShouldBe(ExitCodes.Ok);

        string text = shell.Output.ToString();
        text.ShouldContain("fast2\n  goodput MB/s  ");
        text.ShouldContain("\n  p99 ms        ");
    }

    [Test]
    public void Json_to_standard_output_is_one_object_that_fits_the_schema_and_nothing_else()
    {
        SimShell shell = new();
        shell.Run("--loss 30 --mode fast2,fast3 --workload idle:60s --workload bulk:1MiB --json -").ShouldBe(0);

        using JsonDocument result = JsonDocument.Parse(shell.Output.ToString());
        using JsonDocument schema = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "simulator.schema.json")));
        JsonSchema.Check(schema.RootElement, result.RootElement).ShouldBeEmpty();
        JsonElement variant = result.RootElement.GetProperty("variants")[0];
        variant.GetProperty("name").GetString().ShouldBe("fast2");
        variant.GetProperty("goodputMBps").GetDouble().ShouldBe(3.0, 0.001);
        variant.GetProperty("latencyMs").GetProperty("p50").ValueKind.ShouldBe(JsonValueKind.Null);
        result.RootElement.GetProperty("simSeconds").GetDouble().ShouldBe(11.0 * 24);
    }

    [Test]
    public void Csv_has_a_line_for_each_variant()
    {
        SimShell shell = new();
        shell.Run("--mode fast2,fast3 --fec 0/0 --csv -").ShouldBe(ExitCodes.Ok);

        string[] lines = shell.Output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(3);
        lines[0].ShouldStartWith("variant,seeds,goodput_MBps,goodput_MBps_ci95,completion_ms,");
        lines[1].ShouldStartWith("fast2,3,3.00");
        lines.ShouldAllBe(line => line.Split(',').Length == lines[0].Split(',', StringSplitOptions.None).Length);
    }

    [Test]
    public void The_commands_in_the_result_compute_their_rows_again()
    {
        SimShell shell = new();
        shell.Run("--loss 30 --sndwnd 300 --client '--rcvwnd 77' --seed 5 --seeds 2 --limit 90s --json -").ShouldBe(0);
        using JsonDocument whole = JsonDocument.Parse(shell.Output.ToString());

        foreach (JsonElement variant in whole.RootElement.GetProperty("variants").EnumerateArray())
        {
            SimShell again = new();
            string command = variant.GetProperty("command").GetString()!;
            command.ShouldStartWith("kcptun-sim run ");
            again.Run(command["kcptun-sim ".Length..] + " --json -").ShouldBe(0);
            using JsonDocument row = JsonDocument.Parse(again.Output.ToString());
            row.RootElement.GetProperty("variants")[0].GetRawText().ShouldBe(variant.GetRawText());
        }
    }

    [Test]
    public void Results_do_not_depend_on_the_number_of_threads()
    {
        string[] outputs = [.. new[] { "1", "2", "7" }.Select(jobs =>
        {
            SimShell shell = new();
            shell.Run($"--loss 30 --jobs {jobs} --csv -").ShouldBe(ExitCodes.Ok);
            return shell.Output.ToString();
        })];
        outputs.Distinct().Count().ShouldBe(1);
    }

    [Test]
    public void An_incomplete_run_is_named_and_has_its_own_exit_status()
    {
        SimShell shell = new()
        {
            Engine = (plan, observer) => SimShell.Pretend(plan, observer) is var result && plan.Client.Mode == "normal"
                ? result with { IsComplete = false, Failure = "stream 3 stopped at byte 17" }
                : result,
        };
        shell.Run("--mode normal,fast --fec 0/0").ShouldBe(ExitCodes.Incomplete);

        string text = shell.Output.ToString();
        text.ShouldContain("0/6");
        text.ShouldContain("normal: stream 3 stopped at byte 17");
        text.ShouldContain("incomplete, so left out: normal");
    }

    [Test]
    public void A_run_that_throws_is_a_defect_in_one_line()
    {
        SimShell shell = new() { Engine = (_, _) => throw new InvalidOperationException("two\nlines") };

        shell.Run("--loss 1").ShouldBe(ExitCodes.Failure);
        shell.Lines.ShouldHaveSingleItem().ShouldBe(
            "kcptun-sim: a run failed, which is a defect: InvalidOperationException: two lines: "
            + "kcptun-sim run --loss 1 --mode normal --fec 0/0 --workload bulk:8MiB --seed 1 --seeds 1");
    }

    [Test]
    public void Ctrl_C_ends_with_130_and_one_line()
    {
        SimShell shell = new();
        shell.Engine = (plan, observer) =>
        {
            shell.Interrupt.Cancel();
            return SimShell.Pretend(plan, observer);
        };

        shell.Run("--loss 1").ShouldBe(ExitCodes.Interrupted);
        shell.Lines.ShouldBe(["kcptun-sim: interrupted"]);
        shell.Output.ToString().ShouldBeEmpty();
    }

    [TestCase("--loss 1 --json /nowhere/at/all", "--json /nowhere/at/all: there is no directory /nowhere/at")]
    [TestCase("--loss 1 --csv /nowhere/at/all", "--csv /nowhere/at/all: there is no directory /nowhere/at")]
    [TestCase("--loss 1 --html /nowhere/at/all", "--html /nowhere/at/all: there is no directory /nowhere/at")]
    [TestCase("--loss 1 --png /", "--png /: it is a directory")]
    [TestCase("sweep --loss 1,2 --out x --csv /nowhere/x", "--csv /nowhere/x: there is no directory /nowhere")]
    public void An_unwritable_file_is_noticed_before_anything_runs(string line, string words)
    {
        SimShell shell = new();
        shell.Run(line).ShouldBe(ExitCodes.Failure);
        shell.Lines.ShouldBe([$"kcptun-sim: {words}"]);
        shell.Runs.ShouldBe(0);
    }

    [Test]
    public void A_result_is_replayed_and_a_changed_one_is_found_out()
    {
        string path = Path.GetTempFileName();
        try
        {
            new SimShell().Run("run", "--loss", "3", "--json", path).ShouldBe(0);
            SimShell same = new();
            same.Run("replay", path).ShouldBe(ExitCodes.Ok);
            same.Output.ToString().ShouldStartWith("the same to the bit");

            SimShell changed = new()
            {
                Engine = (plan, observer) => SimShell.Pretend(plan, observer) is var result && plan.Seed == 2
                    ? result with { TraceHash = new string('0', 32) }
                    : result,
            };
            changed.Run("replay", path).ShouldBe(ExitCodes.Assertion);
            changed.Lines[1].ShouldContain("--mode normal --fec 0/0 --workload bulk:8MiB --seed 2 --seeds 1");

            SimShell newer = new() { Version = "1.2.4" };
            newer.Run("replay", path).ShouldBe(ExitCodes.Usage);
            newer.Lines.ShouldHaveSingleItem().ShouldContain("a result of engine 1.2.3, but this is 1.2.4");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void An_experiment_that_uses_the_thread_pool_has_no_result()
    {
        long items = 0;
        SimShell shell = new() { PoolWorkItems = () => items++ };

        shell.Run("--loss 1").ShouldBe(ExitCodes.Nondeterminism);
        shell.Lines.ShouldHaveSingleItem().ShouldContain("DET: 1 work items ran on the thread pool");
        shell.Output.ToString().ShouldBeEmpty();
    }

    [Test]
    public void Without_a_file_the_golden_plans_are_verified()
    {
        SimShell shell = new();
        KnownHash known = new("a golden plan", ["--loss", "3", "--mode", "fast"], new string('0', 32));
        SimEnvironment environment = new()
        {
            Output = shell.Output,
            Error = shell.Error,
            Version = "1.2.3",
            Execute = SimShell.Pretend,
        };

        new SimCommandLine(environment, [new HashCommand([known])]).Run(["hash", "--verify"])
            .ShouldBe(ExitCodes.Assertion);
        shell.Lines.ShouldHaveSingleItem().ShouldContain("a golden plan: 00000000000000000000000000000000 is now ");
    }

    [Test]
    public void Hashes_are_printed_and_verified()
    {
        string path = Path.GetTempFileName();
        try
        {
            SimShell first = new();
            first.Run("hash --loss 3 --client '--sndwnd 99'").ShouldBe(ExitCodes.Ok);
            File.WriteAllText(path, $"# golden\n{first.Output}{new string('0', 32)}  --loss 4\n");

            SimShell second = new();
            second.Run("hash", "--verify", path).ShouldBe(ExitCodes.Assertion);
            second.Output.ToString().ShouldBe("1 hashes hold, 1 do not\n");
            second.Lines.ShouldHaveSingleItem().ShouldContain("line 3");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestCase("presets", "kcp-benchmark")]
    [TestCase("workloads", "echo:64B")]
    [TestCase("modes", "fast3")]
    [TestCase("metrics", "latency.p99")]
    [TestCase("options", "--link-mtu")]
    [TestCase("dissector", "kcptun")]
    public void Lists_say_what_there_is(string list, string entry)
    {
        SimShell shell = new();
        shell.Run("list", list).ShouldBe(ExitCodes.Ok);
        shell.Output.ToString().ShouldContain(entry);
    }

    [Test]
    public void Help_names_every_command_and_the_exit_status()
    {
        SimShell shell = new();
        shell.Run("--help").ShouldBe(ExitCodes.Ok);
        string text = shell.Output.ToString();
        foreach (string command in new[] { "run", "sweep", "merge", "swarm", "relay", "replay", "hash", "list" })
            text.ShouldContain($"\n  {command}");
        text.ShouldContain("130 interrupted");
    }
}
