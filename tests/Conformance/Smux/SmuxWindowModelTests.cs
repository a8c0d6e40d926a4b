using KcpTun.Smux;

namespace KcpTun.Conformance.Smux;

/// <summary>
/// The counters of version 2 are 32 bits wide and wrap (PROTOCOL e.4). The model counts in 64 bits and never wraps.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed class SmuxWindowModelTests
{
    private const long Turn = 1L << 32;

    [Test]
    public void Send_window_matches_a_model_that_never_wraps([Range(0, 49)] int seed)
    {
        var dice = new Random(seed);
        var window = new SendWindow(isLimited: true);
        long written = 0;
        long consumed = 0;
        long granted = SendWindow.InitialWindow;
        for (int step = 0; step < 4000; step++)
        {
            if (dice.Next(2) == 0)
            {
                int length = (int)Math.Min(dice.Next(1 << dice.Next(1, 30)), int.MaxValue - (written - consumed));
                window.OnSent(length);
                written += length;
            }
            else if (dice.Next(20) == 0)
            {
                // More than was ever sent, by little or by much: refused, and the connection with it.
                SendWindow copy = window;
                copy.TryUpdate((uint)(written + 1 + dice.Next(1 << 30)), (uint)granted).ShouldBeFalse($"step {step}");
            }
            else
            {
                consumed += dice.NextInt64(written - consumed + 1);
                granted = dice.Next(1 << dice.Next(1, 30));
                window.TryUpdate((uint)consumed, (uint)granted).ShouldBeTrue($"step {step}");
            }

            ((long)window.Available).ShouldBe(granted - (written - consumed), $"step {step}");
        }

        written.ShouldBeGreaterThan(3 * Turn);
    }

    [Test]
    public void Receive_window_matches_a_model_that_never_wraps([Range(0, 49)] int seed)
    {
        var dice = new Random(seed);
        var window = new ReceiveWindow();
        int buffer = dice.Next(2, 1 << dice.Next(2, 30));
        long consumed = 0;
        long sinceUpdate = 0;
        for (int step = 0; step < 4000; step++)
        {
            int length = dice.Next(1, 1 << dice.Next(1, 30));
            // "The very first read" is told by the counter alone, so a turn of it makes another one.
            bool isFirst = consumed % Turn == 0;
            consumed += length;
            sinceUpdate += length;
            window.OnConsumed(length, buffer).ShouldBe(isFirst || sinceUpdate >= buffer / 2, $"step {step}");
            window.Consumed.ShouldBe((uint)(consumed % Turn));
            if (sinceUpdate >= buffer / 2 || dice.Next(3) == 0 || sinceUpdate > 1 << 30)
            {
                window.OnUpdateSent();
                sinceUpdate = 0;
            }
        }

        consumed.ShouldBeGreaterThan(3 * Turn);
    }

    [Test]
    public void Version_1_has_no_window()
    {
        var window = new SendWindow(isLimited: false);
        window.OnSent(int.MaxValue);
        window.OnSent(int.MaxValue);
        window.Available.ShouldBe(int.MaxValue);
    }
}
