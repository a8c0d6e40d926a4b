using System.Diagnostics;
using KcpTun.IO;
using KcpTun.Primitives;

namespace KcpTun.Conformance.IO;

/// <summary>What ends a wait, and that nothing that should is lost.</summary>
public sealed class ChannelWaitTests
{
    private const int FarAwaySeconds = 20;

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void A_wait_lasts_until_its_deadline_and_not_much_longer(string kind)
    {
        using IDatagramChannel channel = Channels.Open(kind, Channels.Loopback4);
        foreach (int microseconds in new[] { 300, 1000, 2500, 40_000 })
        {
            Instant deadline = Channels.Clock.Now.AddMicroseconds(microseconds);
            channel.Wait(Channels.Clock, deadline);
            Instant now = Channels.Clock.Now;
            now.ShouldBeGreaterThanOrEqualTo(deadline);
            now.ShouldBeLessThan(deadline.AddSeconds(2));
        }
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void A_deadline_in_the_past_is_no_wait(string kind)
    {
        using IDatagramChannel channel = Channels.Open(kind, Channels.Loopback4);
        TimeSpan elapsed = Time(() => channel.Wait(Channels.Clock, Instant.Zero));
        elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void A_wake_from_another_thread_ends_a_wait(string kind)
    {
        using IDatagramChannel channel = Channels.Open(kind, Channels.Loopback4);
        var waker = new Thread(channel.Wake);
        TimeSpan elapsed = Time(() =>
        {
            waker.Start();
            channel.Wait(Channels.Clock, FarAway());
        });
        waker.Join();
        elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(FarAwaySeconds / 2));
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void Wakes_before_a_wait_end_it_at_once_and_count_as_one(string kind)
    {
        using IDatagramChannel channel = Channels.Open(kind, Channels.Loopback4);
        for (int i = 0; i < 1000; i++)
            channel.Wake();
        Time(() => channel.Wait(Channels.Clock, FarAway())).ShouldBeLessThan(TimeSpan.FromSeconds(FarAwaySeconds / 2));

        Instant deadline = Channels.Clock.Now.AddMilliseconds(30);
        channel.Wait(Channels.Clock, deadline);
        Channels.Clock.Now.ShouldBeGreaterThanOrEqualTo(deadline);
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void A_datagram_ends_a_wait_without_a_deadline(string kind)
    {
        using IDatagramChannel channel = Channels.Open(kind, Channels.Loopback4);
        using IDatagramChannel sender = Channels.Open(kind, Channels.Loopback4);
        var waiter = new Thread(() => channel.Wait(Channels.Clock, Instant.Never)) { IsBackground = true };
        waiter.Start();
        Channels.SendAll(sender, Channels.BatchOf(channel.Local, 100));
        waiter.Join(TimeSpan.FromSeconds(FarAwaySeconds)).ShouldBeTrue();
        channel.ReceiveBatch(channel.CreateReceiveBatch()).ShouldBe(1);
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void No_wake_is_lost_in_a_race_with_the_waiter(string kind)
    {
        const int Rounds = 20_000;
        using IDatagramChannel channel = Channels.Open(kind, Channels.Loopback4);
        int asked = 0, answered = 0;
        var waker = new Thread(() =>
        {
            var spin = new SpinWait();
            for (int round = 1; round <= Rounds; round++)
            {
                Volatile.Write(ref asked, round);
                channel.Wake();
                while (Volatile.Read(ref answered) < round)
                    spin.SpinOnce(sleep1Threshold: -1);
            }
        })
        { IsBackground = true };
        waker.Start();
        Instant limit = FarAway();
        while (answered < Rounds)
        {
            channel.Wait(Channels.Clock, limit);
            Channels.Clock.Now.ShouldBeLessThan(limit, $"a wake was lost after {answered} rounds");
            Volatile.Write(ref answered, Volatile.Read(ref asked));
        }

        waker.Join();
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void A_wake_after_the_end_is_harmless(string kind)
    {
        IDatagramChannel channel = Channels.Open(kind, Channels.Loopback4);
        var waiter = new Thread(() => channel.Wait(Channels.Clock, FarAway()));
        waiter.Start();
        channel.Wake();
        waiter.Join();
        channel.Dispose();
        Should.NotThrow(channel.Wake);
        Should.NotThrow(channel.Dispose);
    }

    [Test]
    public void A_signal_asks_for_an_interruption_only_while_somebody_waits()
    {
        var signal = default(WakeSignal);
        signal.Raise().ShouldBeFalse();
        signal.Raise().ShouldBeFalse();
        signal.TryBeginWait().ShouldBeFalse();
        signal.TryBeginWait().ShouldBeTrue();
        signal.Raise().ShouldBeTrue();
        signal.Raise().ShouldBeFalse();
        signal.EndWait();
        signal.TryBeginWait().ShouldBeTrue();
    }

    private static Instant FarAway() => Channels.Clock.Now.AddSeconds(FarAwaySeconds);

    private static TimeSpan Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start);
    }
}
