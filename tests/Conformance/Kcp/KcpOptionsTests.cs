using KcpTun.Kcp;

namespace KcpTun.Conformance.Kcp;

public sealed class KcpOptionsTests
{
    [TestCase("normal", 0, 40, 2, false)]
    [TestCase("fast", 0, 30, 2, false)]
    [TestCase("fast2", 1, 20, 2, false)]
    [TestCase("fast3", 1, 10, 2, false)]
    [TestCase("default", 0, 10, 0, true)]
    public void Named_mode_overrides_the_manual_values(
        string mode, int noDelay, int interval, int resend, bool congestionControl)
    {
        var expected = new KcpProfile(noDelay, interval, resend, congestionControl);
        KcpProfile.For(mode, 1, 77, 5, 1).ShouldBe(expected);
        KcpProfile.For(mode, 0, 50, 0, 0).ShouldBe(expected);
    }

    [TestCase("manual")]
    [TestCase("")]
    [TestCase("FAST")]
    public void Any_other_mode_is_manual(string mode) =>
        KcpProfile.For(mode, 1, 77, 5, 1).ShouldBe(new KcpProfile(1, 77, 5, false));

    [Test]
    public void Negative_manual_values_keep_the_library_defaults() =>
        KcpProfile.For("manual", -1, -1, -1, -1).ShouldBe(new KcpProfile(0, 100, 0, true));

    [TestCase(0, 10)]
    [TestCase(9, 10)]
    [TestCase(5001, 5000)]
    [TestCase(-1, 100)]
    public void Interval_is_clamped(int given, int used)
    {
        KcpProfile.For("manual", 0, given, 0, 0).Interval.ShouldBe(used);
        new KcpOptions { Interval = given }.Interval.ShouldBe(used);
    }

    [Test]
    public void Values_out_of_range_are_pulled_into_it()
    {
        var options = new KcpOptions { SendWindow = 0, ReceiveWindow = 65536, Mtu = 9000, Resend = -1, NoDelay = -1 };
        options.SendWindow.ShouldBe(32);
        options.ReceiveWindow.ShouldBe(65535);
        options.Mtu.ShouldBe(1500);
        options.Resend.ShouldBe(0);
        options.NoDelay.ShouldBe(0);
        new KcpOptions { ReceiveWindow = -5, Mtu = 3 }.ReceiveWindow.ShouldBe(32);
        new KcpOptions { Mtu = 3 }.Mtu.ShouldBe(25);
    }
}
