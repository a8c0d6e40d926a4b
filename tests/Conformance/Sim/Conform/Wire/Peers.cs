using KcpTun.Crypt;
using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Primitives;
using KcpTun.Sim.Conform.Wire;
using KcpTun.Smux;

namespace KcpTun.Conformance.Sim.Conform.Wire;

/// <summary>Peers and packets in few words.</summary>
internal static class Peers
{
    /// <summary>Nothing is sent before it.</summary>
    public static readonly Instant Start = Instant.FromMilliseconds(1000);

    private static readonly byte[] s_pass = KeyDerivation.DerivePass("it's a secrect");

    public static PeerSettings Settings(
        WireLayer layer, bool isClient, CipherKind cipher = CipherKind.None, (int Data, int Parity) fec = default,
        bool isCompressed = false, int version = 1) => new()
        {
            Layer = layer,
            Pass = s_pass,
            Seed = isClient ? 1u : 2u,
            Link = new LinkOptions
            {
                IsClient = isClient,
                Cipher = cipher,
                Profile = KcpProfile.For("fast3", 0, 0, 0, 0),
                SendWindow = 256,
                ReceiveWindow = 512,
                DataShards = fec.Data,
                ParityShards = fec.Parity,
                Compression = isCompressed,
                Smux = new SmuxOptions { Version = version },
            },
        };

    public static PlayedPeer Create(
        WireLayer layer, bool isClient, CipherKind cipher = CipherKind.None, (int Data, int Parity) fec = default,
        bool isCompressed = false, int version = 1) =>
        PlayedPeer.Create(Settings(layer, isClient, cipher, fec, isCompressed, version));

    public static PacketField Is(this string name, long number) => new(name, FieldValue.Of(number));

    public static PacketField Is(this string name, byte[] data) => new(name, FieldValue.Of((ReadOnlyMemory<byte>)data));

    public static Packet P(string word, params PacketField[] fields) => new(word, fields);

    public static Packet Around(string word, Packet[] inner, params PacketField[] fields) => new(word, fields, inner);

    public static long Number(this Packet packet, string name) => packet.Find(name)!.Value.Number;

    public static byte[] Data(this Packet packet, string name = "data") =>
        packet.Find(name)!.Value.Bytes!.Value.ToArray();

    /// <summary>Sends; it must be possible.</summary>
    public static void Sends(this PlayedPeer peer, params Packet[] packets) =>
        peer.Send(packets, DatagramChange.None, false, Start).ShouldBeNull();

    /// <summary>Why it cannot be sent.</summary>
    public static string Refuses(this PlayedPeer peer, params Packet[] packets) =>
        peer.Send(packets, DatagramChange.None, false, Start).ShouldNotBeNull();

    /// <summary>Everything one peer has to send goes to the other.</summary>
    public static void Reach(this PlayedPeer from, PlayedPeer to, Instant? now = null)
    {
        while (from.Outgoing.TryDequeue(out OutgoingDatagram datagram))
            to.Receive(datagram.Bytes.Span, datagram.From, now ?? Start);
    }

    /// <summary>Both run until nobody has anything to say.</summary>
    public static void Settle(PlayedPeer a, PlayedPeer b)
    {
        Instant now = Start;
        for (int i = 0; i < 1000; i++)
        {
            a.Reach(b, now);
            b.Reach(a, now);
            Instant next = Instant.Min(a.NextDeadline, b.NextDeadline);
            if (next == Instant.Never && a.Outgoing.Count + b.Outgoing.Count == 0)
                return;
            now = next == Instant.Never || next <= now ? now.AddMilliseconds(1) : next;
            a.HandleTimer(now);
            b.HandleTimer(now);
        }
    }

    /// <summary>What came, oldest first.</summary>
    public static List<Packet> TakeAll(this PlayedPeer peer)
    {
        List<Packet> packets = [.. peer.Events.SelectMany(wireEvent => wireEvent.Packets)];
        peer.Events.Clear();
        return packets;
    }
}
