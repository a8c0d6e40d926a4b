using KcpTun.Conformance.Support;
using KcpTun.Crypt;
using KcpTun.Smux;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Tunnel;

/// <summary>
/// What both drivers allocate for a packet once they have warmed up. The smallest object has 24 bytes: the limit allows
/// less than one for every second packet, which is room for what the collector trims from the array pool in the middle
/// of a test, and for nothing that happens with every packet.
/// </summary>
public sealed class AllocationTests
{
    private const int Limit = 12;
    private const int WarmUpBytes = 4 << 20;
    private const int MeasuredBytes = 8 << 20;

    [TestCase(CipherKind.None, 0, false, 0)]
    [TestCase(CipherKind.Aes256, 10, false, 0)]
    [TestCase(CipherKind.Aes256, 10, false, 10)]
    [TestCase(CipherKind.Aes256, 0, false, 10)]
    [TestCase(CipherKind.Aes128Gcm, 10, false, 10)]
    [TestCase(CipherKind.Salsa20, 10, false, 10)]
    [TestCase(CipherKind.Twofish, 10, false, 10)]
    [TestCase(CipherKind.Sm4, 10, false, 10)]
    [TestCase(CipherKind.Aes256, 10, true, 10, Description = "The snappy library allocates for every block.")]
    public void A_packet_in_steady_state_allocates_nothing(
        CipherKind cipher, int dataShards, bool isCompressed, int lossPercent)
    {
        var pair = new TunnelPair(options => options with
        {
            Cipher = cipher,
            DataShards = dataShards,
            ParityShards = dataShards > 0 ? 3 : 0,
            Compression = isCompressed,
        });
        if (lossPercent > 0)
            pair.World.Drops = number => number % 100 * 37 % 100 < lossPercent;
        (MuxStream client, MuxStream server) = pair.OpenStream();
        pair.Transfer(client, server, Vectors.Lcg(7, WarmUpBytes), seconds: 600);
        long allocated = pair.World.AllocatedByDrivers;
        long datagrams = pair.World.DatagramsSent;
        pair.Transfer(client, server, Vectors.Lcg(8, MeasuredBytes), seconds: 600);
        double perPacket = (double)(pair.World.AllocatedByDrivers - allocated) / (pair.World.DatagramsSent - datagrams);
        TestContext.Out.WriteLine($"{perPacket:0.000} bytes a packet");
        perPacket.ShouldBeLessThan(Limit);
    }
}
