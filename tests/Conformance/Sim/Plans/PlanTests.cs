using System.CommandLine;
using KcpTun.Sim.Cli;
using KcpTun.Sim.Links;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Workloads;
using PlanOptions = KcpTun.Sim.Cli.PlanOptions;

namespace KcpTun.Conformance.Sim.Plans;

/// <summary>Experiments out of command lines, and command lines out of experiments.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PlanTests
{
    private static ExperimentPlan Plan(string line)
    {
        ShellWords.TrySplit(line, out IReadOnlyList<string> words).ShouldBeTrue();
        PlanArguments arguments = new PlanOptions(new Command("run")).ReadWords(words, "test");
        PlanBuilder.TryBuild(arguments, out ExperimentPlan? plan, out _, out string? error).ShouldBeTrue(error);
        return plan!;
    }

    private static ExperimentPlan Parse(string command)
    {
        const string Prefix = "kcptun-sim run ";
        command.ShouldStartWith(Prefix);
        return Plan(command[Prefix.Length..]);
    }

    /// <summary>A plan without the path's delegates, which have no equality of their own.</summary>
    private static (object, object, string, ulong, long, string) Facts(SimPlan plan) => (
        plan.Client, plan.Server, plan.Workload.Text, plan.Seed, plan.Limit,
        string.Join(' ', plan.Path.Settings) + plan.Path.Describe());

    [Test]
    public void Flags_reach_both_ends_and_those_of_one_end_win()
    {
        Variant variant = Plan(
            "--mode fast2 --fec 5/2 --sndwnd 700 -crypt none --nocomp --conn 3 --client '--sndwnd 9 --rcvwnd=8' "
            + "--server='--closewait 4'").Variants.ShouldHaveSingleItem();

        variant.Name.ShouldBe("fast2+fec5/2");
        (variant.Client.SndWnd, variant.Client.RcvWnd, variant.Server.SndWnd).ShouldBe((9, 8, 700));
        (variant.Client.Crypt, variant.Server.Crypt).ShouldBe(("none", "none"));
        (variant.Client.NoComp, variant.Server.NoComp, variant.Client.Conn).ShouldBe((true, true, 3));
        (variant.Client.DataShard, variant.Server.ParityShard, variant.Client.Interval).ShouldBe((5, 2, 20));
        (variant.Client.CloseWait, variant.Server.CloseWait).ShouldBe((0, 4));
    }

    [Test]
    public void Closewait_is_zero_and_both_ends_are_quiet_unless_told_otherwise()
    {
        Variant variant = Plan("").Variants[0];
        (variant.Server.CloseWait, variant.Server.Quiet, variant.Client.Quiet).ShouldBe((0, true, true));
        Plan("--closewait 30 --quiet=false").Variants[0].Server.ShouldSatisfyAllConditions(
            server => server.CloseWait.ShouldBe(30),
            server => server.Quiet.ShouldBeFalse());
    }

    [Test]
    public void A_flag_of_kcptun_keeps_its_name_and_the_paths_option_gives_way()
    {
        ExperimentPlan plan = Plan("--mtu 1200 --link-mtu 1400");
        plan.Variants[0].Client.Mtu.ShouldBe(1200);
        plan.Path.Up.Mtu.ShouldBe(1400);
    }

    [Test]
    public void No_option_has_two_meanings()
    {
        Command command = new("run");
        _ = new PlanOptions(command);
        string[] names = [.. command.Options.SelectMany(option => option.Aliases.Prepend(option.Name))];
        names.ShouldBeUnique();
        foreach (PathOption option in PathOptions.All)
            names.ShouldContain(PlanNames.OfLink(option.Key));
    }

    [TestCase("")]
    [TestCase("--loss 30 --rtt 200")]
    [TestCase("--loss up=1,down=5 --at '5s loss=40 rate=2mbit' --at '9s heal' --net lte --seeds 1 --seed 77")]
    [TestCase("--mode manual,fast --interval 15 --nodelay 1 --fec 0/0,20/10 --limit 1500ms --workload web:9")]
    [TestCase("--datashard 7 --parityshard 3 --QPP --quiet=false --workload echo:64B,n=9,every=1ms --workload idle:1s")]
    [TestCase("--key 'it'\\''s a \"secret\" $HOME' --client '--sndwnd 5 --key \"a b\"' --server --tcp=0")]
    [TestCase("--seed 18446744073709551000 -ds 3 --ps=1 -l :1 --limit 1ns --mtu 900 --link-mtu 1000")]
    public void The_command_of_a_row_is_that_row(string line)
    {
        ExperimentPlan plan = Plan(line);
        Parse(plan.ReproduceCommand()).Runs().Select(Facts).ShouldBe(plan.Runs().Select(Facts));

        int each = plan.RunCount / plan.Variants.Count;
        for (int i = 0; i < plan.Variants.Count; i++)
        {
            ExperimentPlan row = Parse(plan.ReproduceCommand(plan.Variants[i]));
            row.Variants.ShouldHaveSingleItem().Name.ShouldBe(plan.Variants[i].Name);
            row.Runs().Select(Facts).ShouldBe(plan.Runs().Skip(i * each).Take(each).Select(Facts));
        }

        SimPlan last = plan.Runs().Last();
        ExperimentPlan single = Parse(plan.ReproduceCommand(plan.Variants[^1], last.Workload, last.Seed));
        Facts(single.Runs().ShouldHaveSingleItem()).ShouldBe(Facts(last));
    }

    [Test]
    public void Runs_are_ordered_by_variant_workload_and_seed()
    {
        SimPlan[] runs = [.. Plan("--mode fast,fast2 --fec 0/0 --workload idle:1s --workload web --seeds 2").Runs()];
        runs.Select(run => $"{run.Client.Mode} {run.Workload.Text} {run.Seed}").ShouldBe(
        [
            "fast idle:1s 1", "fast idle:1s 2", "fast web 1", "fast web 2",
            "fast2 idle:1s 1", "fast2 idle:1s 2", "fast2 web 1", "fast2 web 2",
        ]);
    }

    [TestCase("a b  c", "a|b|c")]
    [TestCase("'a b' c", "a b|c")]
    [TestCase("\"a 'b'\" c\\ d", "a 'b'|c d")]
    [TestCase("--x='y z'", "--x=y z")]
    [TestCase("'' x", "|x")]
    [TestCase("'it'\\''s'", "it's")]
    [TestCase("\"\\$5 \\n\"", "$5 \\n")]
    public void Words_are_split_as_a_shell_splits_them(string line, string expected)
    {
        ShellWords.TrySplit(line, out IReadOnlyList<string> words).ShouldBeTrue();
        string.Join('|', words).ShouldBe(expected);
    }

    [TestCase("plain-1.2/3,4=5")]
    [TestCase("")]
    [TestCase("it's")]
    [TestCase("a b\t\"c\" $d `e` \\f *?;&|<>~#!(){}[]")]
    [TestCase("ä…")]
    public void A_quoted_word_comes_back(string word)
    {
        ShellWords.TrySplit($"x {ShellWords.Quote(word)} y", out IReadOnlyList<string> words).ShouldBeTrue();
        words.ShouldBe(["x", word, "y"]);
    }
}
