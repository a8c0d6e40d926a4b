using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Tracing;

namespace KcpTun.Conformance.Sim.Tracing;

/// <summary>The first event in which two runs differ.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TraceComparisonTests
{
    private const string Line = "--mode fast2 --fec 0/0 --loss 10 --rtt 40 --workload bulk:256KiB --seed ";

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(1023)]
    [TestCase(1024)]
    [TestCase(3500)]
    [TestCase(4096)]
    [TestCase(7777)]
    [TestCase(12_345)]
    [TestCase(19_999)]
    public void A_changed_event_is_found_by_its_number(int place)
    {
        var left = new MadeUp(20_000);
        var right = new MadeUp(20_000, place);
        TraceDifference? difference = TraceComparison.Find(left, right);
        difference.ShouldNotBeNull();
        difference.Index.ShouldBe(place);
        int at = (int)(place - difference.First);
        (difference.Left[at].Length, difference.Right[at].Length).ShouldBe((place, -1));
        difference.Left.Take(at).ShouldBe(difference.Right.Take(at));
        string text = difference.ToString();
        text.ShouldStartWith($"the first difference is event {place}:");
        text.Split('\n').Count(line => line.StartsWith("> ", StringComparison.Ordinal)).ShouldBe(1);
        Math.Max(left.MostAsked, right.MostAsked).ShouldBeLessThanOrEqualTo(TraceHash.CheckpointEvents);
    }

    [TestCase(3000)]
    [TestCase(1024)]
    [TestCase(0)]
    public void A_run_that_ends_earlier_differs_at_its_end(int length)
    {
        TraceDifference? difference = TraceComparison.Find(new MadeUp(5000), new MadeUp(length));
        difference.ShouldNotBeNull();
        difference.Index.ShouldBe(length);
        difference.ToString().ShouldContain("(the run is over)");
    }

    [Test]
    public void Equal_runs_do_not_differ() =>
        TraceComparison.Find(new MadeUp(2500), new MadeUp(2500)).ShouldBeNull();

    [Test]
    public void Two_seeds_differ_where_their_events_first_do()
    {
        SimPlan one = SimTest.Single(Line + "1");
        SimPlan two = SimTest.Single(Line + "2");
        TraceEvent[] first = Events(one);
        TraceEvent[] second = Events(two);
        int expected = first.Zip(second).TakeWhile(pair => pair.First == pair.Second).Count();

        TraceDifference? difference = TraceComparison.Find(new RunTrace(one), new RunTrace(two));
        difference.ShouldNotBeNull();
        difference.Index.ShouldBe(expected);
        TraceComparison.Find(new RunTrace(one), new RunTrace(one)).ShouldBeNull();
    }

    [Test]
    public void A_loss_in_the_middle_is_where_the_runs_part()
    {
        const string Transfer = "--mode fast2 --fec 0/0 --rtt 40 --workload bulk:512KiB";
        TraceDifference? difference = TraceComparison.Find(
            new RunTrace(SimTest.Single(Transfer)), new RunTrace(SimTest.Single($"{Transfer} --drop down=300")));
        difference.ShouldNotBeNull();
        TraceEvent lost = difference.Right[(int)(difference.Index - difference.First)];
        (lost.Kind, lost.Index).ShouldBe((TraceEventKind.DatagramDropped, 299));
    }

    internal static TraceEvent[] Events(SimPlan plan)
    {
        var events = new List<TraceEvent>();
        KcpTun.Sim.Running.SimRun.Execute(plan, new TraceHash { OnEvent = events.Add });
        return [.. events];
    }

    /// <summary>Events by number; one of them may be another.</summary>
    private sealed class MadeUp : ITraceSource
    {
        private readonly TraceEvent[] _events;

        public MadeUp(int count, int changed = -1)
        {
            _events =
            [
                .. Enumerable.Range(0, count).Select(n => new TraceEvent(
                    n * 1000, TraceEventKind.DatagramSent, 0, n, n == changed ? -1 : n, 0)),
            ];
            var hash = new TraceHash();
            foreach (TraceEvent e in _events)
                hash.Add(e);
            (Hash, Checkpoints) = (hash.Current(), hash.Checkpoints);
        }

        public int MostAsked { get; private set; }

        public UInt128 Hash { get; }

        public long Count => _events.Length;

        public IReadOnlyList<TraceCheckpoint> Checkpoints { get; }

        public IReadOnlyList<TraceEvent> Events(long first, int count)
        {
            MostAsked = Math.Max(MostAsked, count);
            return [.. _events.Skip((int)first).Take(count)];
        }
    }
}
