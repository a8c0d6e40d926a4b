using System.Text;
using System.Text.Json;
using KcpTun.Conformance.Sim.Cli;
using KcpTun.Sim.Cli;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Sweeps;

/// <summary>Grids that are interrupted, resumed, divided, merged and asserted.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SweepCommandTests : IDisposable
{
    private const string Grid = "sweep --loss 0..20:10 --mode fast,fast3 --fec 0/0 --seeds 2 --workload bulk:1MiB";
    private const int GridRuns = 3 * 2 * 2;

    private readonly string _root = Directory.CreateTempSubdirectory("kcptun-sim-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string In(string name) => Path.Combine(_root, name);

    private string Part(string name, int part = 0) => Path.Combine(_root, name, $"part-{part}.jsonl");

    [Test]
    public void Every_run_is_a_line_and_the_table_has_every_cell()
    {
        SimShell shell = new();
        shell.Run($"{Grid} --out {In("a")}").ShouldBe(ExitCodes.Ok);

        shell.Runs.ShouldBe(GridRuns);
        string[] lines = File.ReadAllLines(Part("a"));
        lines.Length.ShouldBe(GridRuns);
        foreach (string line in lines)
            JsonDocument.Parse(line).RootElement.GetProperty("engine").GetString().ShouldBe("1.2.3");
        shell.Output.ToString().ShouldContain("6 cells, trace hash ");
    }

    [Test]
    public void The_same_command_again_runs_nothing_and_says_the_same()
    {
        SimShell first = new();
        first.Run($"{Grid} --out {In("a")} --csv -").ShouldBe(ExitCodes.Ok);
        SimShell second = new();
        second.Run($"{Grid} --out {In("a")} --csv -").ShouldBe(ExitCodes.Ok);

        second.Runs.ShouldBe(0);
        second.Output.ToString().ShouldBe(first.Output.ToString());
    }

    [Test]
    public void A_torn_last_line_is_run_again_and_nothing_else()
    {
        SimShell whole = new();
        whole.Run($"{Grid} --out {In("a")} --jobs 1 --csv -").ShouldBe(ExitCodes.Ok);
        byte[] bytes = File.ReadAllBytes(Part("a"));
        File.WriteAllBytes(Part("a"), bytes[..^40]);

        SimShell resumed = new();
        resumed.Run($"{Grid} --out {In("a")} --jobs 1 --csv -").ShouldBe(ExitCodes.Ok);

        resumed.Runs.ShouldBe(1);
        resumed.Lines.ShouldBe([$"kcptun-sim: {GridRuns - 1} runs are there already"]);
        resumed.Output.ToString().ShouldBe(whole.Output.ToString());
        File.ReadAllBytes(Part("a")).ShouldBe(bytes);
    }

    [Test]
    public void Ctrl_C_keeps_what_has_finished_and_the_same_command_resumes()
    {
        SimShell stopped = new();
        int started = 0;
        stopped.Engine = (plan, observer) =>
        {
            if (Interlocked.Increment(ref started) == 5)
                stopped.Interrupt.Cancel();
            return SimShell.Pretend(plan, observer);
        };
        stopped.Run($"{Grid} --out {In("a")} --jobs 1").ShouldBe(ExitCodes.Interrupted);
        stopped.Lines.ShouldBe([$"kcptun-sim: interrupted: 4 runs are in {In("a")}; the same command resumes"]);

        SimShell resumed = new();
        resumed.Run($"{Grid} --out {In("a")}").ShouldBe(ExitCodes.Ok);
        resumed.Runs.ShouldBe(GridRuns - 4);
    }

    [Test]
    public void Results_of_another_engine_are_refused()
    {
        new SimShell().Run($"{Grid} --out {In("a")}").ShouldBe(ExitCodes.Ok);
        SimShell newer = new() { Version = "2.0.0" };

        newer.Run($"{Grid} --out {In("a")}").ShouldBe(ExitCodes.Usage);
        newer.Lines.ShouldHaveSingleItem().ShouldContain("results of engine 1.2.3, but this is 2.0.0");

        SimShell merge = new() { Version = "2.0.0" };
        merge.Run($"merge {In("a")}").ShouldBe(ExitCodes.Usage);
        merge.Lines.ShouldHaveSingleItem().ShouldContain("results of engine 1.2.3, but this is 2.0.0");
    }

    [Test]
    public void Results_of_another_sweep_are_refused_but_another_spelling_is_the_same_sweep()
    {
        new SimShell().Run($"{Grid} --out {In("a")}").ShouldBe(ExitCodes.Ok);

        SimShell spelt = new();
        spelt.Run($"{Grid.Replace("0..20:10", "0,10,20", StringComparison.Ordinal)} --out {In("a")}").ShouldBe(0);
        spelt.Runs.ShouldBe(0);

        SimShell other = new();
        other.Run($"{Grid} --sndwnd 99 --out {In("a")}").ShouldBe(ExitCodes.Usage);
        other.Lines.ShouldHaveSingleItem().ShouldContain("results of another sweep (kcptun-sim sweep --loss 0..20:10");
    }

    [Test]
    public void A_file_in_place_of_the_folder_is_refused_and_kept()
    {
        File.WriteAllText(In("file"), "mine");
        var shell = new SimShell();
        shell.Run($"{Grid} --out {In("file")}").ShouldBe(ExitCodes.Usage);
        shell.Lines.ShouldHaveSingleItem().ShouldContain("that is a file; name a folder");
        File.ReadAllText(In("file")).ShouldBe("mine");
    }

    [Test]
    public void A_damaged_line_is_named_and_nothing_is_overwritten()
    {
        new SimShell().Run($"{Grid} --out {In("a")}").ShouldBe(ExitCodes.Ok);
        string[] lines = File.ReadAllLines(Part("a"));
        lines[1] = "{}";
        File.WriteAllLines(Part("a"), lines);

        SimShell shell = new();
        shell.Run($"{Grid} --out {In("a")}").ShouldBe(ExitCodes.Usage);
        shell.Lines.ShouldHaveSingleItem().ShouldEndWith("part-0.jsonl line 2: not a result");
        File.ReadAllLines(Part("a")).ShouldBe(lines);
    }

    [Test]
    public void Another_process_at_the_same_part_is_one_line()
    {
        SimShell first = new();
        first.Engine = (plan, observer) =>
        {
            if (plan.Seed == 1 && first.Runs == 1)
            {
                SimShell second = new();
                second.Run($"{Grid} --out {In("a")}").ShouldBe(ExitCodes.Failure);
                second.Lines.ShouldHaveSingleItem().ShouldContain("part-0.jsonl is being written by another process");
                second.Runs.ShouldBe(0);
            }

            return SimShell.Pretend(plan, observer);
        };
        first.Run($"{Grid} --out {In("a")} --jobs 1").ShouldBe(ExitCodes.Ok);
        Directory.GetFiles(In("a")).Select(Path.GetFileName).Order().ShouldBe(["part-0.jsonl", "sweep.json"]);
    }

    [Test]
    public void A_path_that_cannot_be_a_directory_is_one_line()
    {
        File.WriteAllText(In("file"), "");
        SimShell shell = new();
        shell.Run($"{Grid} --out {In("file")}/x").ShouldBe(ExitCodes.Failure);
        shell.Lines.ShouldHaveSingleItem().ShouldStartWith($"kcptun-sim: --out {In("file")}/x: ");
    }

    [Test]
    [Platform("Linux")]
    public void A_full_disk_is_one_line_and_keeps_what_is_there()
    {
        Directory.CreateDirectory(In("a"));
        File.CreateSymbolicLink(Part("a"), "/dev/full");
        SimShell shell = new();
        shell.Run($"{Grid} --out {In("a")}").ShouldBe(ExitCodes.Failure);
        shell.Lines.ShouldHaveSingleItem().ShouldEndWith("; what has finished is kept, and the same command resumes");
    }

    [Test]
    public void Shards_do_every_cell_once_and_merge_to_what_one_process_finds()
    {
        SimShell whole = new();
        whole.Run($"{Grid} --out {In("whole")} --csv -").ShouldBe(ExitCodes.Ok);
        int runs = 0;
        foreach (int shard in new[] { 1, 2, 3 })
        {
            SimShell part = new();
            part.Run($"{Grid} --out {In($"s{shard}")} --shard {shard}/3").ShouldBe(ExitCodes.Ok);
            runs += part.Runs;
        }

        runs.ShouldBe(GridRuns);
        SimShell merged = new();
        string[] directories = [In("s1"), In("s2"), In("s3"), In("s2")];
        merged.Run(["merge", .. directories, "--out", In("all"), "--csv", "-"]).ShouldBe(ExitCodes.Ok);
        merged.Output.ToString().ShouldBe(whole.Output.ToString());
        File.ReadAllLines(In("all")).Order().ShouldBe(File.ReadAllLines(Part("whole")).Order());

        SimShell partial = new();
        partial.Run("merge", In("s1"), In("s2")).ShouldBe(ExitCodes.Incomplete);
        partial.Lines.ShouldHaveSingleItem().ShouldEndWith("runs are missing");
    }

    [Test]
    public void Slurm_and_Kubernetes_say_which_shard_it_is()
    {
        SimShell byHand = new();
        byHand.Run($"{Grid} --out {In("a")} --shard 2/3").ShouldBe(ExitCodes.Ok);
        SimShell slurm = new()
        {
            Variables =
            {
                ["SLURM_ARRAY_TASK_ID"] = "5", ["SLURM_ARRAY_TASK_MIN"] = "4", ["SLURM_ARRAY_TASK_COUNT"] = "3",
            },
        };
        slurm.Run($"{Grid} --out {In("b")}").ShouldBe(ExitCodes.Ok);
        SimShell pod = new() { Variables = { ["JOB_COMPLETION_INDEX"] = "1" } };
        pod.Run($"{Grid} --out {In("c")} --shards 3").ShouldBe(ExitCodes.Ok);

        string[] expected = [.. File.ReadAllLines(Part("a", 1)).Order()];
        File.ReadAllLines(Part("b", 1)).Order().ShouldBe(expected);
        File.ReadAllLines(Part("c", 1)).Order().ShouldBe(expected);

        SimShell lost = new() { Variables = { ["JOB_COMPLETION_INDEX"] = "1" } };
        lost.Run($"{Grid} --out {In("d")}").ShouldBe(ExitCodes.Usage);
        lost.Lines.ShouldBe(["kcptun-sim: JOB_COMPLETION_INDEX is set: say how many there are with --shards"]);
    }

    [Test]
    public void Two_results_of_one_run_that_differ_are_not_merged()
    {
        new SimShell().Run($"{Grid} --out {In("a")}").ShouldBe(ExitCodes.Ok);
        SimShell odd = new()
        {
            Engine = (plan, observer) => SimShell.Pretend(plan, observer) with { TraceHash = new string('0', 32) },
        };
        odd.Run($"{Grid} --out {In("b")}").ShouldBe(ExitCodes.Ok);

        SimShell merge = new();
        merge.Run("merge", In("a"), In("b")).ShouldBe(ExitCodes.Usage);
        merge.Lines.ShouldHaveSingleItem().ShouldContain("a run is not deterministic");
    }

    [Test]
    public void Differences_from_the_baseline_are_paired_by_seed()
    {
        SimShell shell = new();
        shell.Run($"{Grid} --baseline mode=fast --out {In("a")}").ShouldBe(ExitCodes.Ok);

        string text = shell.Output.ToString();
        text.ShouldContain("goodput MB/s vs base");
        text.ShouldContain("base: mode=fast; differences of the same seeds");
        string[] fast3 = [.. text.Split('\n').Where(line => line.Contains("fast3", StringComparison.Ordinal))];
        fast3.Length.ShouldBe(3);
        fast3.ShouldAllBe(line => line.Contains("+2.00 ±0.00 *", StringComparison.Ordinal));
    }

    [Test]
    public void A_failed_assertion_names_its_cells_and_their_commands()
    {
        SimShell shell = new();
        shell.Run($"{Grid} --assert 'goodput.p50 > 20mbit' --assert 'complete >= 100%' --out {In("a")}")
            .ShouldBe(ExitCodes.Assertion);

        shell.Lines.Length.ShouldBe(3);
        shell.Lines[0].ShouldBe(
            "kcptun-sim: assertion failed: goodput.p50 > 20mbit: it is 2.00 MB/s at loss=0 mode=fast: "
            + "kcptun-sim run --loss 0 --mode fast --fec 0/0 --workload bulk:1MiB --seed 1 --seeds 2");

        SimShell lower = new();
        lower.Run($"{Grid} --assert 'goodput.min > 1MBps' --assert 'wire <= 1.3' --out {In("a")}").ShouldBe(0);
    }

    [Test]
    public void An_incomplete_cell_is_in_the_results_and_in_the_exit_status()
    {
        SimShell shell = new()
        {
            Engine = (plan, observer) => SimShell.Pretend(plan, observer) with { IsComplete = plan.Seed != 2 },
        };
        shell.Run($"{Grid} --out {In("a")}").ShouldBe(ExitCodes.Incomplete);
        shell.Output.ToString().ShouldContain("1/2");
    }

    [Test]
    public void A_job_for_a_cluster_is_printed_with_the_same_words()
    {
        SimShell slurm = new();
        slurm.Run($"{Grid} --client '--sndwnd 9' --emit slurm --shards 5 --out {In("a")}").ShouldBe(ExitCodes.Ok);
        slurm.Output.ToString().ShouldContain("#SBATCH --array=0-4\n");
        slurm.Output.ToString().ShouldContain("--loss 0..20:10 '--client=--sndwnd 9' --mode fast,fast3");

        SimShell pods = new();
        pods.Run($"{Grid} --emit k8s --out {In("a")}").ShouldBe(ExitCodes.Ok);
        pods.Output.ToString().ShouldContain("completionMode: Indexed\n");
        pods.Output.ToString().ShouldContain("completions: 16\n");
        pods.Output.ToString().ShouldContain("            - \"0..20:10\"\n");
        Directory.Exists(In("a")).ShouldBeFalse();
    }

    [Test]
    public void A_result_comes_back_from_its_line_as_it_was()
    {
        new SimShell
        {
            Engine = (plan, observer) => SimShell.Pretend(plan, observer) with { Deadlines = (3, 50) },
        }.Run($"{Grid} --out {In("a")} --assert 'deadline.missed < 6.1%'").ShouldBe(ExitCodes.Ok);

        SimShell read = new();
        read.Run($"{Grid} --out {In("a")} --assert 'deadline.missed > 6.1%'").ShouldBe(ExitCodes.Assertion);
        read.Lines[^1].ShouldContain("it is 6.00 %");
        read.Runs.ShouldBe(0);
    }
}
