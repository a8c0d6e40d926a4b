using KcpTun.Crypt;
using KcpTun.Primitives;
using KcpTun.Sim.Conform.Wire;
using static KcpTun.Conformance.Sim.Conform.Wire.Peers;

namespace KcpTun.Conformance.Sim.Conform.Wire;

/// <summary>Nothing that comes makes a peer throw or hold more than it may.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class HostileBytesTests
{
    private const int Datagrams = 6_400;

    /// <summary>Sixteen cases: 102,400 datagrams in all.</summary>
    [Test]
    public void Any_bytes_are_fine(
        [Values] bool isClient, [Values] bool hasFec,
        [Values("datagram", "kcp", "snappy", "smux")] string layer)
    {
        WireLayer wireLayer = Enum.Parse<WireLayer>(layer, ignoreCase: true);
        (int, int) fec = hasFec ? (3, 2) : (0, 0);
        var random = new Random(HashCode(layer, isClient, hasFec));
        List<byte[]> seeds = Honest(!isClient, fec, wireLayer);
        PlayedPeer peer = Create(wireLayer, isClient, CipherKind.Null, fec, wireLayer == WireLayer.Snappy);
        Instant now = Start;
        for (int i = 0; i < Datagrams; i++)
        {
            now = now.AddMilliseconds(random.Next(20));
            peer.Receive(Mutate(seeds, random), random.Next(3), now);
            peer.HandleTimer(now);
            peer.SendRoom((uint)random.Next(5));
            peer.Events.Count.ShouldBeLessThan(32_768);
            if (i % 16 == 0)
                PacketText.Format(peer.TakeAll()).ShouldNotBeNull();
            if (i % 64 == 0)
                peer.Outgoing.Clear();
        }
    }

    private static List<byte[]> Honest(bool isClient, (int, int) fec, WireLayer layer)
    {
        bool isCompressed = layer == WireLayer.Snappy;
        PlayedPeer a = Create(WireLayer.Smux, isClient: true, CipherKind.Null, fec, isCompressed);
        PlayedPeer b = Create(WireLayer.Smux, isClient: false, CipherKind.Null, fec, isCompressed);
        List<byte[]> seen = [];
        for (int i = 0; i < 40; i++)
        {
            a.Sends(P("SYN", "sid".Is(i)), P("PSH", "sid".Is(i), "data".Is(new byte[i * 31])), P("UPD", "sid".Is(i)));
            Pass(a, b, isClient);
            b.Sends(P("PSH", "sid".Is(i), "data".Is(new byte[i * 17])), P("NOP"));
            Pass(b, a, !isClient);
            a.HandleTimer(Start.AddMilliseconds(i * 10));
        }

        return seen;

        void Pass(PlayedPeer from, PlayedPeer to, bool isKept)
        {
            if (isKept)
                seen.AddRange(from.Outgoing.Select(datagram => datagram.Bytes.ToArray()));
            from.Reach(to);
        }
    }

    private static byte[] Mutate(List<byte[]> seeds, Random random)
    {
        byte[] bytes = [.. seeds[random.Next(seeds.Count)]];
        switch (random.Next(6))
        {
            case 0:
                bytes = new byte[random.Next(2000)];
                random.NextBytes(bytes);
                break;
            case 1:
                Array.Resize(ref bytes, random.Next(bytes.Length + 20));
                break;
            case 2:
                break;
            default:
                for (int i = random.Next(1, 6); i > 0 && bytes.Length > 0; i--)
                    bytes[random.Next(Math.Min(bytes.Length, 60))] = (byte)random.Next(256);
                break;
        }

        return bytes;
    }

    private static int HashCode(string layer, bool isClient, bool hasFec) =>
        (layer.Length * 4) + (isClient ? 2 : 0) + (hasFec ? 1 : 0);
}
