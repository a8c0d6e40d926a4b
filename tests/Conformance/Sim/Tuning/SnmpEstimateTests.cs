using KcpTun.Primitives;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Tuning;

namespace KcpTun.Conformance.Sim.Tuning;

/// <summary>A log of a tunnel over a known path gives that path's loss back.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SnmpEstimateTests
{
    private const string Transfer =
        "--workload bulk:6MiB --mode fast --crypt null --rtt 20 --sndwnd 2048 --rcvwnd 2048";

    [TestCase("up=2,down=5", 2, 5)]
    [TestCase("20", 20, 20)]
    public void The_logs_of_both_ends_tell_the_loss_of_each_direction(string loss, double up, double down)
    {
        RunResult run = SimTest.Run($"{Transfer} --fec 10/3 --loss {loss}").ShouldComplete().Result;
        SnmpEstimate estimate =
            SnmpEstimate.OfBoth(Log(run.Counters.Client), Log(run.Counters.Server), out string? error)!;
        error.ShouldBeNull();
        (double foundUp, double foundDown) = Loss(estimate);
        foundUp.ShouldBe(up, 1.5);
        foundDown.ShouldBe(down, 1);
    }

    [TestCase("2", 2)]
    [TestCase("10", 10)]
    [TestCase("up=0,down=20", 20)]
    public void Whole_groups_tell_the_loss_of_what_arrives(string loss, double expected)
    {
        RunResult run = SimTest.Run($"{Transfer} --fec 10/3 --loss {loss}").ShouldComplete().Result;
        SnmpEstimate estimate = SnmpEstimate.OfOne(Log(run.Counters.Client), new FecShards(10, 3), out _)!;
        Loss(estimate).Down.ShouldBe(expected, 1.5);
    }

    [TestCase(2)]
    [TestCase(10)]
    public void Without_parity_there_is_a_bound_from_above(int loss)
    {
        RunResult run = SimTest.Run($"{Transfer} --fec 0/0 --loss {loss}").ShouldComplete().Result;
        SnmpEstimate estimate = SnmpEstimate.OfOne(Log(run.Counters.Server), new FecShards(10, 3), out _)!;
        Loss(estimate).Down.ShouldBeGreaterThan(loss - 0.5);
        estimate.Reasons[0].ShouldContain("at most");
    }

    [Test]
    public void A_restart_between_two_records_loses_nothing_but_the_gap()
    {
        SnmpLog log = Parse("Unix,BytesSent,InPkts,OutPkts,OutBytes,RetransSegs,FECRecovered\n"
            + "100,0,10,10,0,0,0\n110,0,30,20,1000000,0,0\n120,0,5,5,1000,0,0\n");
        log.Whole()["InPkts"].ShouldBe(25);
        log.PeakRate(28).ShouldBe(8 * (1_000_000 + 280) / 10.0);
    }

    [Test]
    public void Logs_of_different_tunnels_are_refused()
    {
        SnmpCounters few = new() { OutPkts = 100, InPkts = 100 };
        SnmpCounters many = new() { OutPkts = 1000, InPkts = 1000 };
        SnmpEstimate.OfBoth(Log(few), Log(many), out string? error).ShouldBeNull();
        error.ShouldNotBeNull().ShouldContain("do not belong together");
    }

    [TestCase("", "no snmplog of kcptun")]
    [TestCase("time,loss\n1,2\n", "no snmplog of kcptun")]
    [TestCase("Unix,InPkts\n1,2\n", "no column OutPkts")]
    [TestCase("Unix,InPkts,OutPkts,OutBytes,BytesSent,RetransSegs,FECRecovered\n1,2,3,4,5,6,7\n", "two records")]
    [TestCase("Unix,InPkts,OutPkts,OutBytes,BytesSent,RetransSegs,FECRecovered\n1,2,3\n", "line 2: 7 whole numbers")]
    [TestCase(
        "Unix,InPkts,OutPkts,OutBytes,BytesSent,RetransSegs,FECRecovered\n9,2,3,4,5,6,7\n8,2,3,4,5,6,x\n", "line 3")]
    [TestCase(
        "Unix,InPkts,OutPkts,OutBytes,BytesSent,RetransSegs,FECRecovered\n9,2,3,4,5,6,7\n8,2,3,4,5,6,7\n", "older")]
    public void What_is_no_log_is_refused(string text, string message)
    {
        SnmpLog.Parse(text, out string? error).ShouldBeNull();
        error.ShouldNotBeNull().ShouldContain(message);
    }

    private static (double Up, double Down) Loss(SnmpEstimate estimate)
    {
        string text = estimate.Settings.ShouldHaveSingleItem().Value;
        double[] found = [.. text.Split(',').Select(part => double.Parse(part.Split('=')[^1], null))];
        return (found[0], found[^1]);
    }

    /// <summary>The file as the program writes it, from the start of the process to the end of the run.</summary>
    private static SnmpLog Log(SnmpCounters counters)
    {
        string header = string.Join(',', SnmpFields.Columns.Select(field => field.Name));
        string zeros = string.Join(',', SnmpFields.Columns.Select(_ => "0"));
        string values = string.Join(',', SnmpFields.Columns.Select(field => field.Read(counters)));
        return Parse($"Unix,{header}\n1000,{zeros}\n1060,{values}\n");
    }

    private static SnmpLog Parse(string text)
    {
        SnmpLog? log = SnmpLog.Parse(text, out string? error);
        error.ShouldBeNull();
        return log!;
    }
}
