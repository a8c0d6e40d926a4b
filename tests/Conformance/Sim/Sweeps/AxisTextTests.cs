using KcpTun.Sim.Sweeps;

namespace KcpTun.Conformance.Sim.Sweeps;

/// <summary>Several values in one.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class AxisTextTests
{
    [TestCase("5", "5")]
    [TestCase("20,50,100", "20 50 100")]
    [TestCase("0..40:10", "0 10 20 30 40")]
    [TestCase("0..1:0.25", "0 0.25 0.5 0.75 1")]
    [TestCase("0..9:4", "0 4 8")]
    [TestCase("3..3:1", "3")]
    [TestCase("1..64*4", "1 4 16 64")]
    [TestCase("10..30ms:10", "10ms 20ms 30ms")]
    [TestCase("20ms..80ms*2", "20ms 40ms 80ms")]
    [TestCase("1mbit..2mbit:500kbit", null)]
    [TestCase("0..10%:5%", "0% 5% 10%")]
    [TestCase("0..10:5,20..40:10,99", "0 5 10 20 30 40 99")]
    [TestCase("up=1,down=5", "up=1,down=5")]
    [TestCase("up=1,down=5|up=5,down=1", "up=1,down=5 up=5,down=1")]
    [TestCase("1,2|3", "1,2 3")]
    [TestCase("1,2|", "1,2")]
    [TestCase("|", null)]
    [TestCase("4..1:1", null)]
    [TestCase("1..4", null)]
    [TestCase("1..4:-1", null)]
    [TestCase("1..4*1", null)]
    [TestCase("a..b:c", null)]
    [TestCase("", null)]
    public void Is_expanded_or_refused(string text, string? expected)
    {
        bool valid = AxisText.TryExpand(text, _ => false, out IReadOnlyList<string> values, out string? error);

        valid.ShouldBe(expected is not null, error);
        if (valid)
            string.Join(' ', values).ShouldBe(expected);
        else
            error.ShouldNotBeNullOrEmpty();
    }

    [Test]
    public void What_the_option_understands_as_it_stands_is_one_value()
    {
        AxisText.TryExpand("3,7-9", text => text == "3,7-9", out IReadOnlyList<string> values, out _).ShouldBeTrue();
        values.ShouldBe(["3,7-9"]);
    }
}
