using System.Buffers.Binary;
using KcpTun.Fec;
using KcpTun.Kcp;
using KcpTun.Kcp.Auto;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Kcp.Auto;

public sealed class AnnouncementTests
{
    private const uint Conversation = 0xC0FFEE01;

    [Test]
    public void It_is_read_as_it_was_written_and_by_its_own_conversation_only()
    {
        byte[] packet = Packet();
        Announcement.TryRead(packet, Conversation, out Announcement read).ShouldBeTrue();
        read.ShouldBe(new Announcement(1, 2, 3));
        Announcement.TryRead(packet, Conversation + 1, out _).ShouldBeFalse();
        Announcement.TryRead(packet.AsSpan(0, Announcement.Length - 1), Conversation, out _).ShouldBeFalse();
    }

    [Test]
    public void The_newer_release_finds_its_conversation_and_a_length_that_does_not_stop_it()
    {
        byte[] packet = Packet();
        FecHeader.ReadType(packet).ShouldBe(FecHeader.OutOfBandType);
        BinaryPrimitives.ReadUInt32LittleEndian(packet.AsSpan(8)).ShouldBe(Conversation);
        packet.Length.ShouldNotBe(28);
    }

    [Test]
    public void The_older_release_finds_its_conversation_no_new_session_and_nothing_to_apply()
    {
        KcpHeader header = KcpHeader.Read(Packet());
        header.Conversation.ShouldBe(Conversation);
        header.SequenceNumber.ShouldNotBe(0u);
        KcpHeader.IsKnownCommand(header.Command).ShouldBeFalse();
        var session = new KcpSession(
            new KcpOptions { Conversation = Conversation },
            new PacketPool(new MemoryBudget(MemoryBudget.DefaultLimitBytes)),
            new SnmpCounters());
        session.Absorb(Packet(), true, 1).ShouldNotBe(KcpInputResult.Ok);
        session.RemoteWindow.ShouldBe(KcpOptions.DefaultWindow);
    }

    private static byte[] Packet()
    {
        byte[] packet = new byte[Announcement.Length];
        new Announcement(1, 2, 3).Write(packet, Conversation);
        return packet;
    }
}
