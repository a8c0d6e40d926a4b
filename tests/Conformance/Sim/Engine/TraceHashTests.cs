using KcpTun.Sim.Engine;

namespace KcpTun.Conformance.Sim.Engine;

/// <summary>The running hash over all events.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TraceHashTests
{
    private static TraceEvent Event(long n) =>
        new(n * 1000, TraceEventKind.DatagramSent, (int)n & 1, n, n % 1400, (ulong)n * 0x9E37_79B9_7F4A_7C15);

    private static TraceHash Of(int count, Func<long, TraceEvent>? make = null)
    {
        var hash = new TraceHash();
        for (int i = 0; i < count; i++)
            hash.Add((make ?? Event)(i));
        return hash;
    }

    [Test]
    public void Every_field_of_every_event_counts()
    {
        UInt128 original = Of(3000).Current();
        foreach (int place in new[] { 0, 63, 64, 1023, 1024, 2999 })
        {
            Func<TraceEvent, TraceEvent>[] changes =
            [
                e => e with { Time = e.Time + 1 },
                e => e with { Kind = TraceEventKind.DatagramDropped },
                e => e with { Place = e.Place + 2 },
                e => e with { Index = e.Index + 1 },
                e => e with { Length = e.Length + 1 },
                e => e with { Content = e.Content ^ 1 },
            ];
            foreach (Func<TraceEvent, TraceEvent> change in changes)
                Of(3000, n => n == place ? change(Event(n)) : Event(n)).Current().ShouldNotBe(original);
        }

        Of(2999).Current().ShouldNotBe(original);
        Of(3000).Current().ShouldBe(original);
    }

    [Test]
    public void Asking_in_between_changes_nothing()
    {
        var asked = new TraceHash();
        for (int i = 0; i < 200; i++)
        {
            asked.Add(Event(i));
            asked.Current();
        }

        asked.Current().ShouldBe(Of(200).Current());
    }

    [Test]
    public void A_checkpoint_is_the_hash_of_all_before_it()
    {
        TraceHash hash = Of((2 * TraceHash.CheckpointEvents) + 5);
        hash.Checkpoints.ShouldBe(
        [
            new TraceCheckpoint(1024, 1023_000, Of(1024).Current()),
            new TraceCheckpoint(2048, 2047_000, Of(2048).Current()),
        ]);
        hash.Events.ShouldBe(2053);
    }

    [Test]
    public void An_event_survives_its_forty_bytes()
    {
        Span<byte> record = stackalloc byte[40];
        var extreme = new TraceEvent(
            long.MinValue, TraceEventKind.RunEnd, int.MinValue, long.MaxValue, -1, ulong.MaxValue);
        foreach (TraceEvent traceEvent in new[] { Event(77), default, extreme })
        {
            TraceHash.Encode(traceEvent, record);
            TraceHash.Decode(record).ShouldBe(traceEvent);
        }
    }

    [Test]
    public void It_is_written_as_32_hexadecimal_digits() =>
        TraceHash.Format(0xABC).ShouldBe("00000000000000000000000000000abc");
}
