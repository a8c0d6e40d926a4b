using KcpTun.Cli.Diagnostics;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Cli;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MemoryTrimmerTests
{
    private readonly SnmpCounters _counters = new();
    private readonly List<string> _done = [];

    [Test]
    public void Memory_goes_back_when_a_busy_time_is_over_and_when_its_connections_have_ended()
    {
        MemoryTrimmer trimmer = Trimmer();
        Look(trimmer, 100_000).ShouldBeEmpty();
        Look(trimmer, 50_000).ShouldBeEmpty("still busy");
        var releases = new List<int>();
        for (int quiet = 1; quiet <= 33; quiet++)
        {
            List<string> done = Look(trimmer, 10);
            done.Contains("collect").ShouldBe(releases.LastOrDefault() == quiet - 1 && quiet > 1, "a period later");
            if (done.Contains("release"))
                releases.Add(quiet);
        }

        releases.ShouldBe([1, 2, 4, 8, 16, 32], "connections that lingered have ended in between");
        for (int i = 0; i < 20; i++)
            Look(trimmer, 10).ShouldBeEmpty("there is nothing left to give");
        Look(trimmer, 100_000).ShouldBeEmpty();
        Look(trimmer, 0).ShouldBe(["release"], "the next busy time counts again");
    }

    [Test]
    public void A_busy_period_in_between_begins_it_again()
    {
        MemoryTrimmer trimmer = Trimmer();
        Look(trimmer, 100_000).ShouldBeEmpty();
        Look(trimmer, 10).ShouldBe(["release"]);
        Look(trimmer, 90_000).ShouldBe(["collect"]);
        Look(trimmer, 10).ShouldBe(["release"]);
    }

    [Test]
    public void A_tunnel_that_was_never_busy_is_left_alone()
    {
        MemoryTrimmer trimmer = Trimmer();
        foreach (int packets in (int[])[0, 500, 0, 8000, 0])
            Look(trimmer, packets).ShouldBeEmpty();
    }

    private MemoryTrimmer Trimmer() => new(() => _counters, () => _done.Add("release"), () => _done.Add("collect"));

    private List<string> Look(MemoryTrimmer trimmer, int packets)
    {
        _done.Clear();
        _counters.InPkts += packets / 2;
        _counters.OutPkts += packets - (packets / 2);
        trimmer.Look();
        return [.. _done];
    }
}
