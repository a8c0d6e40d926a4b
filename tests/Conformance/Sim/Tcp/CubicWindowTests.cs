using KcpTun.Sim.Engine;
using KcpTun.Sim.Tcp;

namespace KcpTun.Conformance.Sim.Tcp;

/// <summary>The window over time, against the equations of RFC 9438.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CubicWindowTests
{
    private const double Ms = SimTime.Millisecond;

    [TestCase(50, 200)]
    [TestCase(100, 200)]
    [TestCase(400, 400)]
    public void A_loss_is_made_good_after_K_and_the_window_grows_as_the_cube_of_time(int largest, int rtt)
    {
        var drive = new Drive(largest, rtt);
        drive.Window.OnCongestion();
        drive.Window.Segments.ShouldBe(0.7 * largest, 1e-9);
        double k = Math.Cbrt(largest * 0.3 / 0.4);
        foreach (double part in (double[])[0.25, 0.5, 1, 1.5, 2])
        {
            drive.RunUntil(part * k);
            double expected = (0.4 * Math.Pow((part - 1) * k, 3)) + largest;
            drive.Window.Segments.ShouldBe(expected, 0.02 * largest, $"at {part} K");
        }
    }

    [Test]
    public void On_a_short_path_it_is_as_quick_as_Reno()
    {
        // A window of 20 would take 2.5 s by the cube alone: 250 round trips.
        var drive = new Drive(20, 10);
        drive.Window.OnCongestion();
        drive.RunUntil(0.1);
        drive.Window.Segments.ShouldBe(14 + (10 * 3 * 0.3 / 1.7), 0.4);
        // From the window before the loss on it is one segment a round trip.
        drive.RunUntil(0.113);
        double before = drive.Window.Segments;
        drive.RunUntil(0.213);
        (drive.Window.Segments - before).ShouldBe(10, 0.6);
    }

    [Test]
    public void Who_has_less_room_than_before_leaves_some_to_others()
    {
        var drive = new Drive(100, 200);
        drive.Window.OnCongestion();
        drive.Window.OnCongestion();
        drive.Window.Segments.ShouldBe(49, 1e-9);
        double plateau = 70 * 1.7 / 2;
        drive.RunUntil(Math.Cbrt((plateau - 49) / 0.4));
        drive.Window.Segments.ShouldBe(plateau, 1);
    }

    [Test]
    public void The_window_does_not_fall_below_two_segments_by_losses()
    {
        var drive = new Drive(10, 100);
        for (int i = 0; i < 20; i++)
            drive.Window.OnCongestion();
        drive.Window.Segments.ShouldBe(2);
    }

    [Test]
    public void Growth_in_a_round_trip_is_at_most_half_the_window()
    {
        var window = new CubicWindow();
        window.OnCongestion();
        window.OnDelivered(1, 0, SimTime.Millisecond);
        double before = window.Segments;
        // The cube of a minute is far above.
        window.OnDelivered(1, 60 * SimTime.Second, SimTime.Millisecond);
        (window.Segments - before).ShouldBe(0.5, 1e-6);
    }

    [Test]
    public void A_loss_that_was_none_leaves_no_trace()
    {
        var drive = new Drive(100, 200);
        drive.Window.OnCongestion();
        drive.Window.Undo();
        drive.Window.Segments.ShouldBe(100);
        // It doubles still, with the care of a start.
        drive.Window.OnDelivered(20, 0, 0);
        drive.Window.Segments.ShouldBe(108);
    }

    [Test]
    public void After_a_timeout_it_doubles_up_to_seven_tenths_and_seeks_from_there()
    {
        const double Middle = 700;
        var drive = new Drive(1000, 400);
        drive.Window.OnCongestion();
        drive.Window.Collapse();
        drive.Window.Segments.ShouldBe(1);
        drive.Window.OnDelivered(1, 0, 0);
        drive.Window.Segments.ShouldBe(2);
        drive.Window.OnDelivered((int)Middle - 2, 0, 0);
        drive.Window.Segments.ShouldBe(Middle, 1e-9);
        // K is zero (section 4.8): no haste back to where it was.
        drive.RunUntil(5);
        drive.Window.Segments.ShouldBe(Middle + (0.4 * 125), 10);
    }

    [Test]
    public void A_second_timeout_begins_a_new_epoch()
    {
        var drive = new Drive(100, 100);
        drive.Window.OnCongestion();
        drive.Window.Collapse();
        drive.Window.OnDelivered(100, 0, 0);
        drive.RunUntil(1);
        drive.Window.Collapse();
        drive.Window.OnDelivered(69, drive.Now, 0);
        double before = drive.Window.Segments;
        drive.Skip(60);
        drive.Window.OnDelivered(1, drive.Now, 0);
        (drive.Window.Segments - before).ShouldBeLessThan(0.1);
    }

    [Test]
    public void Time_without_traffic_does_not_count()
    {
        var busy = new Drive(100, 200);
        var idle = new Drive(100, 200);
        foreach (Drive drive in (Drive[])[busy, idle])
        {
            drive.Window.OnCongestion();
            drive.RunUntil(1);
        }

        idle.Skip(0.9);
        idle.Window.OnIdle((long)(900 * Ms), SimTime.Second);
        busy.RunUntil(3);
        idle.RunUntil(3.9);
        idle.Window.Segments.ShouldBe(busy.Window.Segments, 1e-6);
    }

    [Test]
    public void After_a_pause_longer_than_the_timeout_it_begins_with_ten_segments()
    {
        var drive = new Drive(100, 200);
        drive.Window.OnCongestion();
        drive.Window.OnIdle(SimTime.Second, SimTime.Second);
        drive.Window.Segments.ShouldBe(70, 1e-9);
        drive.Window.OnIdle(SimTime.Second + 1, SimTime.Second);
        drive.Window.Segments.ShouldBe(CubicWindow.InitialSegments);
        drive.Window.OnDelivered(50, 0, 0);
        drive.Window.Segments.ShouldBe(60);
    }

    /// <summary>Acknowledges one segment after the other, a window in a round trip.</summary>
    private sealed class Drive
    {
        private readonly long _roundTrip;
        private double _now;

        public Drive(int segments, int rtt)
        {
            _roundTrip = rtt * SimTime.Millisecond;
            for (int i = CubicWindow.InitialSegments; i < segments; i++)
                Window.OnDelivered(1, 0, _roundTrip);
            Window.Segments.ShouldBe(segments);
        }

        public CubicWindow Window { get; } = new();

        public long Now => (long)_now;

        public void RunUntil(double seconds)
        {
            for (; _now < seconds * SimTime.Second; _now += _roundTrip / Window.Segments)
                Window.OnDelivered(1, Now, _roundTrip);
        }

        public void Skip(double seconds) => _now += seconds * SimTime.Second;
    }
}
