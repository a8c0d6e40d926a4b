using KcpTun.Kcp.Auto;

namespace KcpTun.Conformance.Kcp.Auto;

/// <summary>How fast a train is known to have arrived.</summary>
public sealed class ArrivalPeakTests
{
    [Test]
    public void What_one_interval_acknowledges_arrived_within_it()
    {
        ArrivalPeak peak = default;
        peak.Add(10_000, 100);
        peak.Add(10_000, 100);
        peak.Peak.ShouldBe(2_000_000);
    }

    [Test]
    public void Two_intervals_do_not_add_up()
    {
        ArrivalPeak peak = default;
        peak.Add(10_000, 100);
        peak.Add(10_000, 110);
        peak.Peak.ShouldBe(1_000_000);
    }
}
