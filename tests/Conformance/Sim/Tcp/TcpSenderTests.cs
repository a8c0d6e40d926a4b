namespace KcpTun.Conformance.Sim.Tcp;

/// <summary>When which segment leaves.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TcpSenderTests
{
    private const int RoundTrip = SenderDrive.RoundTrip;

    [Test]
    public void Ten_segments_leave_at_first_and_two_for_each_that_arrives()
    {
        SenderDrive drive = SenderDrive.Established(100);
        drive.Since(1).ShouldBe("0 1 2 3 4 5 6 7 8 9");
        drive.At(200).Acknowledge(1);
        drive.Since(11).ShouldBe("10 11");
        drive.Acknowledge(3);
        drive.Since(13).ShouldBe("12 13 14 15");
    }

    [Test]
    public void Without_an_answer_the_SYN_comes_again_after_1_2_4_seconds_and_at_last_every_two_minutes()
    {
        var drive = new SenderDrive();
        drive.At(1_000_000);
        long[] waits = [.. drive.Sent.Zip(drive.Sent.Skip(1), (one, next) => next.Time - one.Time)];
        waits[..9].ShouldBe([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 120_000, 120_000]);
    }

    [Test]
    public void A_tail_is_probed_once_after_two_round_trips_and_then_the_timer_runs()
    {
        SenderDrive drive = SenderDrive.Established(3);
        drive.At(2000);
        // 2 · 100 ms after the last, and 2; the timer, 300 ms, begins with the probe and doubles.
        drive.Sent.Skip(4).ShouldBe([(2, 302), (0, 602), (0, 1202)]);
    }

    [Test]
    public void A_probe_carries_new_data_if_there_is_some()
    {
        SenderDrive drive = SenderDrive.Established(20);
        drive.At(302);
        drive.Since(11).ShouldBe("10");
    }

    [Test]
    public void One_segment_alone_is_probed_instead_of_the_first_timeout()
    {
        SenderDrive drive = SenderDrive.Established(1);
        // 2 · 100 ms and 200 more for a delayed acknowledgement would be behind the timer.
        drive.At(1500);
        drive.Sent.Skip(2).ShouldBe([(0, 400), (0, 700), (0, 1300)]);
    }

    [Test]
    public void A_probe_that_repairs_the_tail_costs_three_tenths_of_the_window()
    {
        SenderDrive drive = SenderDrive.Established(10);
        drive.At(200).Acknowledge(9);
        drive.At(500);
        drive.Since(11).ShouldBe("9");
        drive.At(600).Acknowledge(10);
        drive.Write(100);
        InFlight(drive, 10).ShouldBe(18);
        drive.At(700).Acknowledge(28);
        // 18 · 0.7, and a little for a round trip.
        InFlight(drive, 28).ShouldBeInRange(12, 13);
    }

    [Test]
    public void A_needless_probe_costs_nothing()
    {
        SenderDrive drive = SenderDrive.Established(10);
        drive.At(200).Acknowledge(9);
        drive.At(500);
        drive.Since(11).ShouldBe("9");
        drive.At(550).Acknowledge(10);
        drive.At(600).Acknowledge(10, (9, 10));
        drive.Write(100);
        InFlight(drive, 10).ShouldBe(18);
        // And it doubles still: 8 more for the acknowledgement of many.
        drive.At(700).Acknowledge(28);
        InFlight(drive, 28).ShouldBe(26);
    }

    [Test]
    public void Losses_of_one_round_trip_reduce_the_window_once()
    {
        SenderDrive drive = SenderDrive.Established(100);
        drive.At(200).Acknowledge(0, (1, 4));
        drive.Acknowledge(0, (5, 10), (1, 4));
        drive.Since(11).ShouldContain("0");
        drive.Since(11).ShouldContain("4");
        int last = drive.Sent.Max(sent => sent.Number) + 1;
        drive.At(300).Acknowledge(last);
        // 7 of 10, and a fraction more for the last acknowledgement.
        InFlight(drive, last).ShouldBeInRange(7, 8);
    }

    [Test]
    public void A_loss_behind_the_end_of_a_recovery_reduces_it_again()
    {
        SenderDrive drive = SenderDrive.Established(100);
        // 0 is lost; while it is repaired, 10 and more leave, and 10 is lost.
        drive.At(200).Acknowledge(0, (1, 10));
        int last = drive.Sent.Max(sent => sent.Number) + 1;
        last.ShouldBeGreaterThan(13);
        drive.At(300).Acknowledge(0, (11, last), (1, 10));
        // Its loss is known, and its repair under way, when the first recovery ends.
        drive.At(310).Acknowledge(10, (11, last));
        int end = drive.Sent.Max(sent => sent.Number) + 1;
        drive.At(400).Acknowledge(end);
        InFlight(drive, end).ShouldBeInRange(4, 5);
    }

    [Test]
    public void A_timeout_leaves_one_segment_and_the_window_doubles_from_there()
    {
        SenderDrive drive = SenderDrive.Established(100);
        drive.At(602);
        // The probe at 302 ms had new data.
        drive.Since(11).ShouldBe("10 0");
        drive.At(702).Acknowledge(1);
        drive.Since(13).ShouldBe("1 2");
        drive.At(802).Acknowledge(3);
        drive.Since(15).ShouldBe("3 4 5 6");
    }

    [Test]
    public void When_all_that_was_sent_again_had_arrived_the_window_is_as_before()
    {
        SenderDrive drive = SenderDrive.Established(100);
        drive.At(200).Acknowledge(0, (1, 10));
        drive.Since(11).Split(' ')[0].ShouldBe("0");
        int last = drive.Sent.Max(sent => sent.Number) + 1;
        // It was late; then comes the duplicate.
        drive.At(210).Acknowledge(10);
        drive.At(300).Acknowledge(last, (0, 1));
        InFlight(drive, last).ShouldBeGreaterThanOrEqualTo(10);
    }

    [Test]
    public void The_duplicate_of_something_older_takes_nothing_back()
    {
        SenderDrive drive = SenderDrive.Established(200);
        drive.At(200).Acknowledge(10);
        InFlight(drive, 10).ShouldBe(18);
        drive.At(300).Acknowledge(10, (11, 28));
        int last = drive.Sent.Max(sent => sent.Number) + 1;
        // The path has doubled a segment from before the loss.
        drive.At(350).Acknowledge(10, (3, 4), (11, 28));
        drive.At(400).Acknowledge(last);
        InFlight(drive, last).ShouldBeInRange(12, 13);
    }

    [Test]
    public void Where_the_path_reorders_and_a_repair_was_needless_a_third_of_a_round_trip_is_no_loss()
    {
        SenderDrive drive = SenderDrive.Established(200);
        drive.At(200).Acknowledge(0, (1, 2));
        drive.At(205).Acknowledge(2);
        // The second is later than a quarter of a round trip, and is sent again.
        drive.At(210).Acknowledge(2, (3, 10));
        drive.Sent.Count(sent => sent.Number == 2).ShouldBe(1);
        drive.At(236);
        drive.Sent.Count(sent => sent.Number == 2).ShouldBe(2);
        drive.At(240).Acknowledge(10);
        int last = drive.Sent.Max(sent => sent.Number) + 1;
        drive.At(340).Acknowledge(last, (2, 3));
        // Patience is half a round trip now.
        int end = drive.Sent.Max(sent => sent.Number) + 1;
        drive.At(440).Acknowledge(last, (last + 1, end));
        drive.At(475).Acknowledge(end);
        drive.Sent.Count(sent => sent.Number == last).ShouldBe(1);
    }

    [Test]
    public void Timeouts_without_progress_reduce_the_threshold_once_and_one_with_progress_again(
        [Values] bool hasProgress)
    {
        SenderDrive drive = SenderDrive.Established(10);
        drive.At(5000);
        if (hasProgress)
        {
            drive.Acknowledge(1);
            drive.At(8000);
        }

        drive.Acknowledge(10);
        drive.Write(200);
        // It doubles up to the threshold and not beyond it: 7 of 10, or 7 tenths of that.
        InFlight(drive, 10).ShouldBe(hasProgress ? 2 : 7);
    }

    [Test]
    public void No_more_is_sent_than_the_other_side_has_room_for()
    {
        SenderDrive drive = SenderDrive.Established(2000);
        int acknowledged = 0;
        for (int round = 2; round < 9; round++)
        {
            drive.At(round * RoundTrip);
            for (int end = drive.Sent.Max(sent => sent.Number) + 1; acknowledged < end;)
                drive.Acknowledge(++acknowledged);
            InFlight(drive, acknowledged).ShouldBe(Math.Min(5 << round, 724), $"in round {round}");
        }
    }

    private static int InFlight(SenderDrive drive, int acknowledged) =>
        drive.Sent.Max(sent => sent.Number) + 1 - acknowledged;
}
