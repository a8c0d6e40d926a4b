using KcpTun.Sim.Engine;
using KcpTun.Sim.Tcp;

namespace KcpTun.Conformance.Sim.Tcp;

/// <summary>What counts as lost, and when (RFC 8985, section 6).</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ScoreboardTests
{
    private const long Ms = SimTime.Millisecond;
    private const int Size = 100;
    private const long RoundTrip = 40;

    private readonly Scoreboard _board = new();
    private readonly List<OutSegment> _segments = [];

    /// <summary>Sends one segment each ms.</summary>
    private static ScoreboardTests Sent(int count)
    {
        var test = new ScoreboardTests();
        for (int i = 0; i < count; i++)
        {
            var segment = new OutSegment { Start = i * Size, Length = Size };
            test._segments.Add(segment);
            test._board.OnSent(segment, isFirst: true, i * Ms);
        }

        return test;
    }

    /// <summary>An acknowledgement a round trip after segment <paramref name="by"/> was sent.</summary>
    private AckResult Acknowledge(int by, int acknowledged, params (int First, int End)[] blocks) =>
        _board.Acknowledge(
            acknowledged * Size,
            [.. blocks.Select(block => new TcpRange(block.First * Size, block.End * Size))],
            (by + RoundTrip) * Ms);

    private long Look(double ms, bool isRecovering = false, long smoothed = RoundTrip) =>
        _board.DetectLoss(isRecovering, smoothed * Ms, (long)(ms * Ms));

    private string Lost => string.Join(' ', Enumerable.Range(0, _segments.Count).Where(i => _segments[i].IsLost));

    [Test]
    public void One_that_is_overtaken_is_lost_a_quarter_round_trip_after_it_would_have_come()
    {
        ScoreboardTests test = Sent(4);
        test.Acknowledge(1, 0, (1, 2));
        // Sent at 0, due at 40, and a quarter of 40 in addition.
        test.Look(41).ShouldBe(50 * Ms);
        test.Look(49.99).ShouldBe(50 * Ms);
        test.Lost.ShouldBeEmpty();
        test.Look(50).ShouldBe(SimTime.Never);
        test.Lost.ShouldBe("0");
        test._board.Pipe.ShouldBe(2);
    }

    [Test]
    public void Three_that_have_overtaken_it_are_proof()
    {
        ScoreboardTests test = Sent(5);
        test.Acknowledge(3, 0, (1, 3));
        test.Look(43);
        test.Lost.ShouldBeEmpty();
        test.Acknowledge(3, 0, (1, 4));
        test.Look(43);
        test.Lost.ShouldBe("0");
        test._board.Pipe.ShouldBe(1);
    }

    [Test]
    public void In_recovery_there_is_no_waiting()
    {
        ScoreboardTests test = Sent(4);
        test.Acknowledge(1, 0, (1, 2));
        test.Look(41, isRecovering: true);
        test.Lost.ShouldBe("0");
    }

    [Test]
    public void Nothing_sent_later_than_what_arrived_is_lost()
    {
        ScoreboardTests test = Sent(10);
        test.Acknowledge(5, 0, (2, 6));
        test.Look(1000);
        test.Lost.ShouldBe("0 1");
    }

    [Test]
    public void Where_the_path_reorders_three_are_no_proof()
    {
        ScoreboardTests test = Sent(8);
        test.Acknowledge(1, 0, (1, 2));
        // The first was late, not lost.
        test.Acknowledge(2, 2, []);
        test.Acknowledge(6, 2, (3, 7));
        test.Look(46).ShouldBe(52 * Ms);
        test.Lost.ShouldBeEmpty();
        test.Look(52);
        test.Lost.ShouldBe("2");
    }

    [TestCase(1, 10)]
    [TestCase(2, 20)]
    [TestCase(3, 30)]
    [TestCase(9, 40)]
    public void Patience_grows_with_what_was_sent_needlessly_up_to_the_smoothed_round_trip(int times, int window)
    {
        ScoreboardTests test = Sent(4);
        for (int i = 1; i < times; i++)
            test._board.BeMorePatient();
        test.Acknowledge(1, 0, (1, 2));
        test.Look(41).ShouldBe((40 + window) * Ms);
        test._board.ForgetPatience();
        test.Look(41).ShouldBe(50 * Ms);
    }

    [Test]
    public void A_lost_repair_is_noticed()
    {
        ScoreboardTests test = Sent(6);
        test.Acknowledge(3, 0, (1, 4));
        test.Look(43);
        test._board.OnSent(test._segments[0], isFirst: false, 43 * Ms);
        test.Lost.ShouldBeEmpty();
        var later = new OutSegment { Start = 6 * Size, Length = Size };
        test._board.OnSent(later, isFirst: true, 44 * Ms);
        test._board.Acknowledge(0, [new TcpRange(6 * Size, 7 * Size)], 84 * Ms);
        test.Look(84, isRecovering: true);
        // Those sent between the first and the last have not arrived either.
        test.Lost.ShouldBe("0 4 5");
    }

    [Test]
    public void An_answer_that_comes_too_soon_is_the_first_transmissions()
    {
        ScoreboardTests test = Sent(4);
        test.Acknowledge(1, 0, (1, 2));
        test.Look(50);
        test._board.OnSent(test._segments[0], isFirst: false, 50 * Ms);
        // 10 ms later: nothing says that what was sent after the first transmission should be here by now.
        test._board.Acknowledge(Size * 2, [], 60 * Ms);
        test.Look(60).ShouldBe(SimTime.Never);
        test.Lost.ShouldBeEmpty();
    }

    [Test]
    public void Something_lost_is_remembered_until_it_arrives()
    {
        ScoreboardTests test = Sent(4);
        test.Acknowledge(3, 0, (1, 4));
        test.Look(43);
        test._board.HasLost.ShouldBeTrue();
        test._board.OnSent(test._segments[0], isFirst: false, 43 * Ms);
        test._board.HasLost.ShouldBeTrue();
        test._board.Acknowledge(4 * Size, [], 90 * Ms);
        test._board.HasLost.ShouldBeFalse();
        test._board.Pipe.ShouldBe(0);
    }

    [Test]
    public void Round_trips_are_those_of_segments_sent_once_and_not_of_what_waited_behind_a_repair()
    {
        ScoreboardTests test = Sent(6);
        test.Acknowledge(1, 2, []).RoundTrip.ShouldBe(RoundTrip * Ms);
        test.Acknowledge(3, 2, (3, 4)).RoundTrip.ShouldBe(RoundTrip * Ms);
        test._board.OnSent(test._segments[2], isFirst: false, 50 * Ms);
        test._board.Acknowledge(6 * Size, [], 90 * Ms).ShouldBe(new AckResult(3, null, null));
    }

    [Test]
    public void Duplicates_are_told_from_blocks_by_where_they_are()
    {
        ScoreboardTests test = Sent(8);
        test.Acknowledge(3, 2, (3, 4)).Duplicate.ShouldBeNull();
        test.Acknowledge(3, 2, (1, 2), (3, 4)).Duplicate.ShouldBe(new TcpRange(Size, 2 * Size));
        test.Acknowledge(4, 2, (3, 4), (3, 5)).Duplicate.ShouldBe(new TcpRange(3 * Size, 4 * Size));
        test.Acknowledge(6, 2, (6, 7), (3, 5)).Duplicate.ShouldBeNull();
    }
}
