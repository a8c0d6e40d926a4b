using KcpTun.Conformance.Support;
using KcpTun.Crypt;
using KcpTun.Primitives;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Tunnel;

/// <summary>
/// Which datagrams make a server open, replace or keep a session (PROTOCOL c.10), and which cost it nothing.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed class ServerAdmissionTests
{
    [Test]
    public void A_client_that_starts_anew_from_the_same_address_replaces_its_session()
    {
        var pair = new TunnelPair();
        pair.OpenStream();
        LinkSession old = pair.AcceptSession();
        byte[] opening = Opening(pair, conversation: 77, sequence: 0);
        pair.World.Send(opening, pair.ClientChannel.Local, pair.ServerChannel.Local);
        LinkSession replacement = pair.AcceptNewSession();
        replacement.Conversation.ShouldBe(77u);
        old.HasEnded.ShouldBeTrue();
        old.EndText.ShouldContain("replaced");
    }

    [Test]
    public void Another_conversation_in_its_middle_is_dropped()
    {
        var pair = new TunnelPair();
        pair.OpenStream();
        LinkSession session = pair.AcceptSession();
        byte[] middle = Opening(pair, conversation: 77, sequence: 5);
        pair.World.Send(middle, pair.ClientChannel.Local, pair.ServerChannel.Local);
        pair.World.Run(() => false, 1);
        session.HasEnded.ShouldBeFalse();
        pair.Server.Counters.PassiveOpens.ShouldBe(1);
    }

    [Test]
    public void The_first_packet_may_be_lost()
    {
        var pair = new TunnelPair();
        byte[] second = Opening(pair, conversation: 77, sequence: 1);
        pair.World.Send(second, PeerAddress.FromIPv4([1, 2, 3, 4], 5), pair.ServerChannel.Local);
        pair.AcceptNewSession().Conversation.ShouldBe(77u);
    }

    [Test]
    public void A_retransmission_from_before_our_time_opens_no_ghost_session()
    {
        var pair = new TunnelPair();
        byte[] ghost = Opening(pair, conversation: 77, sequence: 100_000);
        pair.World.Send(ghost, PeerAddress.FromIPv4([1, 2, 3, 4], 5), pair.ServerChannel.Local);
        pair.World.Run(() => false, 1);
        pair.Server.Counters.PassiveOpens.ShouldBe(0);
    }

    /// <summary>A client cannot have received anything of a session that the server does not know.</summary>
    [Test]
    public void What_acknowledges_data_that_was_never_sent_opens_no_ghost_session()
    {
        var pair = new TunnelPair();
        byte[] ghost = Opening(pair, conversation: 77, sequence: 1, una: 1);
        pair.World.Send(ghost, PeerAddress.FromIPv4([1, 2, 3, 4], 5), pair.ServerChannel.Local);
        pair.World.Run(() => false, 1);
        pair.Server.Counters.PassiveOpens.ShouldBe(0);
    }

    [TestCase(CipherKind.Aes256)]
    [TestCase(CipherKind.Aes128Gcm)]
    [TestCase(CipherKind.None)]
    [TestCase(CipherKind.Null)]
    public void Floods_of_noise_open_nothing_and_hold_no_memory(CipherKind cipher)
    {
        var pair = new TunnelPair(o => o with { Cipher = cipher });
        long before = pair.Budget.UsedBytes;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] noise = Vectors.Lcg((uint)i, i % 1500);
            PeerAddress from = PeerAddress.FromIPv4([10, 0, (byte)(i >> 8), (byte)i], 1000 + (i % 7));
            pair.World.Send(noise, from, pair.ServerChannel.Local);
            pair.World.Send(noise, pair.ServerChannel.Local, pair.ClientChannel.Local);
        }

        pair.World.Run(() => false, 2);
        pair.Server.Counters.PassiveOpens.ShouldBe(0);
        pair.Budget.UsedBytes.ShouldBe(before);
        (MuxStream client, MuxStream server) = pair.OpenStream();
        byte[] data = Vectors.Lcg(3, 10_000);
        pair.Transfer(client, server, data).ShouldBe(data);
    }

    [Test]
    public void No_more_sessions_are_kept_than_the_limit()
    {
        var pair = new TunnelPair();
        for (int i = 0; i < 400; i++)
        {
            byte[] opening = Opening(pair, conversation: (uint)i, sequence: 0);
            pair.World.Send(opening, PeerAddress.FromIPv4([10, 0, 0, 1], 1000 + i), pair.ServerChannel.Local);
        }

        pair.World.Run(() => false, 1);
        // Nobody accepts them here: the backlog is the limit.
        pair.Server.Counters.PassiveOpens.ShouldBe(128);
    }

    /// <summary>A sealed datagram with one PUSH segment.</summary>
    private static byte[] Opening(TunnelPair pair, uint conversation, uint sequence, uint una = 0)
    {
        const int Header = 20;
        byte[] datagram = new byte[Header + 24 + 1];
        Span<byte> segment = datagram.AsSpan(Header);
        BitConverter.TryWriteBytes(segment, conversation);
        segment[4] = 81;
        BitConverter.TryWriteBytes(segment[6..], (ushort)128);
        BitConverter.TryWriteBytes(segment[12..], sequence);
        BitConverter.TryWriteBytes(segment[16..], una);
        BitConverter.TryWriteBytes(segment[20..], 1);
        Envelope.Create(pair.ServerOptions.Cipher, KeyDerivation.DerivePass("it's a secrect"))
            .Seal(datagram, [new Slice(0, datagram.Length)], new SeededEntropy(conversation + 1));
        return datagram;
    }
}
