using KcpTun.Sim.Engine;
using KcpTun.Sim.Tcp;

namespace KcpTun.Conformance.Sim.Tcp;

/// <summary>RFC 6298, with the least timeout of Linux.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class RoundTripTimerTests
{
    private const long Ms = SimTime.Millisecond;

    [Test]
    public void A_second_before_anything_is_known() => new RoundTripTimer().Timeout.ShouldBe(SimTime.Second);

    [TestCase(40, 240)]
    [TestCase(100, 300)]
    [TestCase(300, 900)]
    public void After_the_first_sample_R_it_is_three_times_R_but_at_least_200_ms_more(int sample, int timeout)
    {
        var timer = new RoundTripTimer();
        timer.OnSample(sample * Ms);
        timer.Smoothed.ShouldBe(sample * Ms);
        timer.Timeout.ShouldBe(timeout * Ms);
    }

    [Test]
    public void Later_samples_count_an_eighth_and_deviations_a_quarter()
    {
        var timer = new RoundTripTimer();
        timer.OnSample(800 * Ms);
        timer.OnSample(1600 * Ms);
        timer.Smoothed.ShouldBe(900 * Ms);
        // 3/4 of 400 and 1/4 of 800, four times.
        timer.Timeout.ShouldBe((900 + (4 * 500)) * Ms);
    }

    [Test]
    public void It_doubles_up_to_two_minutes_and_progress_ends_that()
    {
        var timer = new RoundTripTimer();
        timer.OnSample(100 * Ms);
        for (long expected = 300; expected < 120_000; expected *= 2)
        {
            timer.Timeout.ShouldBe(expected * Ms);
            timer.OnTimeout();
        }

        for (int i = 0; i < 100; i++)
        {
            timer.Timeout.ShouldBe(120 * SimTime.Second);
            timer.OnTimeout();
        }

        timer.OnProgress();
        timer.Timeout.ShouldBe(300 * Ms);
    }
}
