using System.Globalization;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Tcp;

namespace KcpTun.Conformance.Sim.Tcp;

/// <summary>
/// What a transfer reaches where segments and acknowledgements are lost at random, against published formulas.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed class TcpFormulaTests
{
    private const int Seeds = 3;

    /// <summary>
    /// RFC 9438, section 5.1: the larger of CUBIC's mean window and that of its Reno-friendly region.
    /// </summary>
    private static double MeanWindow(double loss, double rtt)
    {
        double cubic = Math.Pow(0.4 * 3.7 / (4 * 0.3), 0.25) * Math.Pow(rtt, 0.75) / Math.Pow(loss, 0.75);
        return Math.Max(cubic, Math.Sqrt(3 / (2 * loss)));
    }

    /// <summary>
    /// Padhye, Firoiu, Towsley, Kurose (1998), equation 32: segments a second with timeouts, for a receiver that
    /// acknowledges every second segment.
    /// </summary>
    private static double Pftk(double loss, double rtt, double timeout)
    {
        const double B = 2;
        double arrived = 1 - loss;
        double fixedPart = (2 + B) / (3 * B);
        double window = fixedPart + Math.Sqrt((8 * arrived / (3 * B * loss)) + (fixedPart * fixedPart));
        double three = Math.Pow(arrived, 3);
        double byTimeout = Math.Min(
            1,
            (1 - three) * (1 + (three * (1 - Math.Pow(arrived, window - 3)))) / (1 - Math.Pow(arrived, window)));
        double backoff = 1;
        for (int i = 1; i <= 6; i++)
            backoff += Math.Pow(2, i - 1) * Math.Pow(loss, i);
        return ((arrived / loss) + window + (byTimeout / arrived))
            / ((rtt * ((B / 2 * window) + 1)) + (byTimeout * backoff * timeout / arrived));
    }

    /// <summary>Segments a second.</summary>
    private static double Measure(string loss, int rtt, string size)
    {
        long bytes = 0;
        long time = 0;
        for (int seed = 1; seed <= Seeds; seed++)
        {
            SimTest run = SimTest.Run(
                $"--mode fast --fec 0/0 --loss {loss} --rtt {rtt} --seed {seed} --limit 10h "
                + $"--workload tcp:bulk:{size},up").ShouldComplete();
            bytes += run.Result.DeliveredBytes;
            time += run.Result.Duration;
        }

        return bytes / (double)TcpHeader.MaxPayload / (time / (double)SimTime.Second);
    }

    [TestCase(0.1, 20, "64MiB")]
    [TestCase(0.1, 100, "64MiB")]
    [TestCase(0.1, 400, "128MiB")]
    [TestCase(1, 20, "16MiB")]
    [TestCase(1, 100, "16MiB")]
    [TestCase(1, 400, "16MiB")]
    public void Few_losses_give_the_window_of_the_response_function(double percent, int rtt, string size)
    {
        double loss = percent / 100;
        double expected = MeanWindow(loss, rtt / 1000.0) * (1 - loss) / (rtt / 1000.0);
        Compare($"{percent} %", rtt, expected, Measure($"{percent}", rtt, size), 1.5);
    }

    // The formula knows no losses of acknowledgements. With a third of both lost a repair fails more often than not,
    // and timeouts that double have no mean: only a cap ends a bad series.
    [TestCase("10", 50, "2MiB")]
    [TestCase("10", 200, "2MiB")]
    [TestCase("20", 50, "1MiB")]
    [TestCase("20", 200, "1MiB")]
    [TestCase("up=10,down=0", 50, "2MiB")]
    [TestCase("up=20,down=0", 50, "1MiB")]
    [TestCase("up=20,down=0", 200, "1MiB")]
    [TestCase("up=30,down=0", 50, "512KiB")]
    [TestCase("up=30,down=0", 200, "512KiB")]
    public void Many_losses_give_what_timeouts_leave(string loss, int rtt, string size)
    {
        string ofData = loss.Split('=', ',') is [_, var up, ..] ? up : loss;
        double percent = double.Parse(ofData, CultureInfo.InvariantCulture);
        double timeout = (rtt + 200) / 1000.0;
        double expected = Pftk(percent / 100, rtt / 1000.0, timeout);
        Compare(loss, rtt, expected, Measure(loss, rtt, size), 2.5);
    }

    private static void Compare(string loss, int rtt, double expected, double measured, double factor)
    {
        TestContext.Out.WriteLine(
            $"| {loss} | {rtt} ms | {expected:F1}/s | {measured:F1}/s | {measured / expected:F2} |");
        (measured / expected).ShouldBeInRange(1 / factor, factor);
    }
}
