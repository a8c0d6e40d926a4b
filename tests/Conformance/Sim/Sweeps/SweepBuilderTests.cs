using KcpTun.Sim.Plans;
using KcpTun.Sim.Sweeps;

namespace KcpTun.Conformance.Sim.Sweeps;

/// <summary>Grids out of options.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SweepBuilderTests
{
    private static SweepPlan Build(PlanArguments arguments)
    {
        SweepBuilder.TryBuild(arguments, out SweepPlan? plan, out _, out string? error).ShouldBeTrue(error);
        return plan!;
    }

    private static KeyValuePair<string, string> Pair(string key, string value) => KeyValuePair.Create(key, value);

    [Test]
    public void Every_kind_of_option_can_be_an_axis_and_the_last_one_changes_fastest()
    {
        SweepPlan plan = Build(new PlanArguments
        {
            Link = [Pair("loss", "0,10"), Pair("rtt", "50")],
            Flags = [Pair("sndwnd", "128..512*2"), Pair("key", "a,b")],
            Modes = ["fast,fast2"],
            Fecs = ["0/0"],
        });

        plan.Axes.Select(axis => axis.Name).ShouldBe(["loss", "sndwnd", "mode"]);
        plan.Cells.Count.ShouldBe(2 * 3 * 2);
        plan.Cells[0].Name.ShouldBe("loss=0 sndwnd=128 mode=fast");
        plan.Cells[1].Name.ShouldBe("loss=0 sndwnd=128 mode=fast2");
        plan.Cells[^1].Name.ShouldBe("loss=10 sndwnd=512 mode=fast2");
        plan.Cells[^1].Variant.Client.SndWnd.ShouldBe(512);
        plan.Cells[^1].Variant.Server.Key.ShouldBe("a,b");
        plan.Cells.Select(cell => cell.Plan.Path.Up.Loss.Value).Distinct().ShouldBe([0, 0.1]);
    }

    [Test]
    public void A_value_with_commas_of_its_own_is_one_value()
    {
        SweepPlan plan = Build(new PlanArguments
        {
            Link =
            [
                Pair("rtt", "100"), Pair("drop", "3,7-9"), Pair("loss", "up=1,down=5|up=5,down=1"),
                Pair("jitter", "20ms,normal"),
            ],
            Modes = ["fast"],
            Fecs = ["0/0"],
        });
        plan.Axes.ShouldHaveSingleItem().Values.ShouldBe(["up=1,down=5", "up=5,down=1"]);
        plan.Cells[0].Name.ShouldBe("loss=up=1,down=5");
    }

    [Test]
    public void Shards_as_flags_are_axes_of_their_own()
    {
        SweepPlan plan = Build(new PlanArguments
        {
            Flags = [Pair("datashard", "10"), Pair("parityshard", "1,3")],
            Modes = ["fast"],
        });
        plan.Cells.Select(cell => cell.Variant.Server.ParityShard).ShouldBe([1, 3]);
        plan.Cells.Select(cell => cell.Variant.Name).Distinct().ShouldBe(["fast"]);
    }

    [Test]
    public void All_cells_have_the_same_seeds()
    {
        SweepPlan plan = Build(new PlanArguments { Link = [Pair("loss", "1,2,3")], FirstSeed = 7, Seeds = 2 });
        foreach (SweepCell cell in plan.Cells)
            cell.Plan.Runs().Select(run => run.Seed).Distinct().ShouldBe([7ul, 8ul]);
    }

    [Test]
    public void Shards_of_a_sweep_divide_it()
    {
        SweepPlan plan = Build(new PlanArguments { Link = [Pair("loss", "0..50:0.5")] });
        Shard[] shards = [.. Enumerable.Range(0, 4).Select(index => new Shard(index, 4))];
        foreach (SweepCell cell in plan.Cells)
            shards.Count(shard => shard.Owns(cell)).ShouldBe(1);
        foreach (Shard shard in shards)
            plan.Cells.Count(shard.Owns).ShouldBeInRange(plan.Cells.Count / 8, plan.Cells.Count / 2);
    }
}
