using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Formulas;

/// <summary>When a lost segment comes again: the rules of PROTOCOL c.5 and c.6, computed anew here.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class IsolatedLossTests
{
    private const long Ms = SimTime.Millisecond;
    private const int Loss = 12;

    private static IEnumerable<TestCaseData> Modes()
    {
        yield return new TestCaseData("normal", 0, 40);
        yield return new TestCaseData("fast", 0, 30);
        yield return new TestCaseData("fast2", 1, 20);
        yield return new TestCaseData("fast3", 1, 10);
    }

    /// <summary>Runs without the loss to see which datagram carries the segment, and again to lose it.</summary>
    private static (SegmentEvent[] Transmissions, SegmentLog Log, SimTest Run) Lose(string line, int times)
    {
        var clean = new SegmentLog();
        SimTest.Run(line, clean).ShouldComplete();
        uint number = clean.Pushes(PathDirection.Up).ElementAt(Loss).Header.SequenceNumber;
        string drops = "";
        SegmentLog log = clean;
        SimTest? run = null;
        for (int i = 0; i < times; i++)
        {
            SegmentEvent last = log.Pushes(PathDirection.Up).Where(e => e.Header.SequenceNumber == number).ElementAt(i);
            drops += $"{(i > 0 ? "," : "")}{last.Datagram}";
            log = new SegmentLog();
            run = SimTest.Run($"{line} --drop 'up={drops}'", log).ShouldComplete();
        }

        SegmentEvent[] sent = [.. log.Pushes(PathDirection.Up).Where(e => e.Header.SequenceNumber == number)];
        return (sent, log, run!);
    }

    /// <summary>The sender's timeout at <paramref name="time"/>, from the acknowledgements it got.</summary>
    private static long TimeoutAt(SegmentLog log, long time, int noDelay, int interval)
    {
        int srtt = 0;
        int variation = 0;
        long timeout = 200;
        foreach (IGrouping<long, SegmentEvent> packet in log.Events
            .Where(e => e.Direction == PathDirection.Down && e.Kind == WireEventKind.Delivered && e.Time < time)
            .GroupBy(e => e.Datagram))
        {
            if (!packet.Any(e => e.IsAck))
                continue;
            SegmentEvent ack = packet.Last(e => e.IsAck);
            int rtt = (int)(ack.Time / Ms) - (int)ack.Header.Timestamp;
            int deviation = Math.Abs(rtt - srtt);
            if (srtt == 0)
            {
                (srtt, variation) = (rtt, rtt / 2);
            }
            else
            {
                srtt += (rtt - srtt) >> 3;
                variation += (deviation - variation) >> (rtt < srtt - variation ? 5 : 2);
            }

            timeout = Math.Clamp(srtt + Math.Max(interval, 4 * variation), noDelay == 0 ? 100 : 30, 60_000);
        }

        return timeout;
    }

    [TestCaseSource(nameof(Modes))]
    public void Alone_it_comes_again_when_its_timer_runs_out(string mode, int noDelay, int interval)
    {
        (SegmentEvent[] sent, SegmentLog log, SimTest run) = Lose(
            $"--mode {mode} --fec 0/0 --rtt 100 --workload echo:64B,n=25,every=700ms", 1);
        run.Should(r => r.Retransmits is { Timeout: 1, Total: 1, Spurious: 0 }, "not exactly one timeout");
        long timeout = TimeoutAt(log, sent[0].Time, noDelay, interval) * Ms;

        sent.Length.ShouldBe(2);
        Note(mode, "timer", timeout, sent[1].Time - sent[0].Time);
        (sent[1].Time - sent[0].Time).ShouldBe(timeout, run.Command);
        run.Should(r => r.Latencies.Max() - r.Latencies[0] >= timeout, "the application did not wait for it");
    }

    [TestCaseSource(nameof(Modes))]
    public void Lost_twice_its_second_wait_is_longer_by_the_modes_factor(string mode, int noDelay, int interval)
    {
        (SegmentEvent[] sent, SegmentLog log, SimTest run) = Lose(
            $"--mode {mode} --fec 0/0 --rtt 100 --workload echo:64B,n=25,every=1200ms", 2);
        run.Should(r => r.Retransmits is { Timeout: 2, Total: 2, Spurious: 0 }, "not exactly two timeouts");
        long timeout = TimeoutAt(log, sent[0].Time, noDelay, interval);
        long second = timeout + (noDelay == 0 ? timeout : timeout / 2);

        sent.Length.ShouldBe(3);
        Note(mode, "second timer", second * Ms, sent[2].Time - sent[1].Time);
        (sent[1].Time - sent[0].Time).ShouldBe(timeout * Ms, run.Command);
        (sent[2].Time - sent[1].Time).ShouldBe(second * Ms, run.Command);
    }

    [TestCaseSource(nameof(Modes))]
    public void In_a_stream_it_comes_again_when_two_later_ones_are_acknowledged(string mode, int noDelay, int interval)
    {
        _ = noDelay;
        (SegmentEvent[] sent, SegmentLog log, SimTest run) = Lose(
            $"--mode {mode} --fec 0/0 --rtt 100 --acknodelay --workload game:200hz,300B/8B,1s", 1);
        run.Should(
            r => r.Retransmits is { Timeout: 0, Total: 1, Spurious: 0 }, "not exactly one fast or early one");
        long[] overtaken =
        [
            .. log.Events.Where(e => e.IsAck && e.Direction == PathDirection.Down && e.Kind == WireEventKind.Delivered)
                .Where(e => e.Header.SequenceNumber > sent[0].Header.SequenceNumber)
                .Where(e => e.Header.Timestamp >= sent[0].Time / Ms)
                .Select(e => e.Time).Order().Take(2),
        ];
        // The second acknowledgement triggers it at once; one alone does at a flush that has nothing new to send.
        long latest = Math.Min(overtaken[1], overtaken[0] + (interval * Ms));

        sent.Length.ShouldBe(2);
        Note(mode, "fast", overtaken[0] - sent[0].Time, sent[1].Time - sent[0].Time);
        sent[1].Time.ShouldBeInRange(overtaken[0], latest, run.Command);
        // Messages leave every 5 ms and are acknowledged at once.
        (overtaken[0] - sent[0].Time).ShouldBe(105 * Ms, run.Command);
    }

    private static void Note(string mode, string rule, long expected, long measured) => TestContext.Out.WriteLine(
        $"| {mode} | {rule} | {expected / 1e6:F3} ms | {measured / 1e6:F3} ms |");
}
