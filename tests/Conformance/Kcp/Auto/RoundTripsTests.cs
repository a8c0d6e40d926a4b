using KcpTun.Kcp.Auto;

namespace KcpTun.Conformance.Kcp.Auto;

public sealed class RoundTripsTests
{
    [TestCase(1, 50, false, TestName = "Acknowledgements of one packet were late together")]
    [TestCase(2, 50, false, TestName = "Two packets may both have been late")]
    [TestCase(3, 2, false, TestName = "Six samples are too few")]
    [TestCase(3, 3, true, TestName = "Nine samples of three packets tell")]
    [TestCase(8, 1, true, TestName = "Eight packets with a sample each tell")]
    public void The_least_needs_samples_of_several_packets(int packets, int samplesOfPacket, bool expected)
    {
        var group = new RoundTrips();
        for (int i = 0; i < packets; i++)
        {
            for (int k = 0; k < samplesOfPacket; k++)
                group.Add(100 + i);
            group.EndPacket();
        }

        group.IsMeaningful.ShouldBe(expected);
        group.Least.ShouldBe(100);
    }

    [Test]
    public void A_packet_without_samples_does_not_count()
    {
        var group = new RoundTrips();
        for (int i = 0; i < 8; i++)
            group.Add(100);
        for (int i = 0; i < 8; i++)
            group.EndPacket();
        group.IsMeaningful.ShouldBeFalse();
    }
}
