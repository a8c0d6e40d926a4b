using KcpTun.Kcp;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Kcp;

/// <summary>Bytes are counted where the application hands them over and takes them.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class KcpCounterTests
{
    [Test]
    public void Bytes_are_counted_at_both_ends()
    {
        var pool = new PacketPool(new MemoryBudget(MemoryBudget.DefaultLimitBytes));
        var options = new KcpOptions { Conversation = 7, CongestionControl = false };
        (SnmpCounters sent, SnmpCounters received) = (new SnmpCounters(), new SnmpCounters());
        var sender = new KcpSession(options, pool, sent);
        var receiver = new KcpSession(options, pool, received);
        sender.TrySend(new byte[100]).ShouldBeTrue();
        sender.TrySend(new byte[11]).ShouldBeTrue();
        var output = new PacketCollector(options.Mtu);
        sender.Flush(0, output);
        foreach (byte[] packet in output.Take())
            receiver.Absorb(packet, true, 0).ShouldBe(KcpInputResult.Ok);
        byte[] buffer = new byte[2000];
        while (receiver.Receive(buffer) > 0)
        {
        }

        (sent.BytesSent, sent.BytesReceived).ShouldBe((111, 0));
        (received.BytesSent, received.BytesReceived).ShouldBe((0, 111));
    }

    [Test]
    public void A_released_session_holds_nothing_and_has_nothing_in_flight()
    {
        var pool = new PacketPool(new MemoryBudget(MemoryBudget.DefaultLimitBytes));
        var options = new KcpOptions { Conversation = 7, SendWindow = 2 };
        var session = new KcpSession(options, pool, new SnmpCounters());
        session.TrySend(new byte[session.Mss * 5]).ShouldBeTrue();
        session.Flush(0, new PacketCollector(options.Mtu));
        session.WaitSend.ShouldBe(5);
        session.Release();
        session.WaitSend.ShouldBe(0);
        session.SendNext.ShouldBe(session.SendUna);
        pool.Outstanding.ShouldBe(0);
    }

    [Test]
    public void The_smallest_settings_are_taken_as_they_are()
    {
        var options = new KcpOptions { Profile = KcpProfile.Library with { NoDelay = 1, Resend = 2 } };
        (options with { NoDelay = 0 }).NoDelay.ShouldBe(0);
        (options with { NoDelay = -1 }).NoDelay.ShouldBe(1);
        (options with { Resend = 0 }).Resend.ShouldBe(0);
        (options with { Resend = -1 }).Resend.ShouldBe(2);
        (options with { Interval = -1 }).Interval.ShouldBe(100);
        (options with { Interval = 0 }).Interval.ShouldBe(KcpProfile.MinimumInterval);
        (options with { SendWindow = 1 }).SendWindow.ShouldBe(1);
        (options with { ReceiveWindow = 1 }).ReceiveWindow.ShouldBe(1);
        (options with { SendWindow = 0 }).SendWindow.ShouldBe(KcpOptions.DefaultWindow);
        (options with { ReceiveWindow = 0 }).ReceiveWindow.ShouldBe(KcpOptions.DefaultWindow);
    }
}
