using System.Text.Json;
using KcpTun.Cli.Diagnostics;
using KcpTun.Conformance.Support;

namespace KcpTun.Conformance.Cli;

internal sealed class GoTimeLayoutTests
{
    private static readonly DateTimeOffset s_pi = new DateTimeOffset(2026, 3, 4, 15, 6, 7, TimeSpan.FromHours(2))
        .AddTicks(1_234_500);

    [Test]
    public void File_names_are_those_that_kcptun_made()
    {
        foreach (JsonElement entry in Vectors.Load("golayout.json").GetProperty("cases").EnumerateArray())
        {
            DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(entry.GetProperty("unix").GetInt64())
                .ToOffset(TimeSpan.FromSeconds(entry.GetProperty("offset").GetInt32()));
            string layout = entry.GetProperty("layout").GetString()!;
            GoTimeLayout.Format(time, layout).ShouldBe(entry.GetProperty("text").GetString(), layout);
        }
    }

    [TestCase("Jan _2 15:04:05", "Mar  4 15:06:07")]
    [TestCase("January 2", "March 4")]
    [TestCase("Monday, 02-Jan-06", "Wednesday, 04-Mar-26")]
    [TestCase("002", "063")]
    [TestCase("__2", " 63")]
    [TestCase("3:04PM", "3:06PM")]
    [TestCase("03pm", "03pm")]
    [TestCase("5.000", "7.123")]
    [TestCase("5,000000", "7,123450")]
    [TestCase("5.999999999", "7.12345")]
    [TestCase(".0000000000000", ".123450000")]
    [TestCase("2.0001", "4.0003")]
    [TestCase("2006-01-02T15:04:05Z07:00", "2026-03-04T15:06:07+02:00")]
    [TestCase("MST", "+02")]
    public void Tokens_are_replaced(string layout, string expected) =>
        GoTimeLayout.Format(s_pi, layout).ShouldBe(expected);

    [TestCase(0, "12AM")]
    [TestCase(1, "1AM")]
    [TestCase(12, "12PM")]
    [TestCase(23, "11PM")]
    public void Twelve_hour_clocks_have_no_zero(int hour, string expected) =>
        GoTimeLayout.Format(new DateTimeOffset(2026, 1, 1, hour, 0, 0, TimeSpan.Zero), "3PM").ShouldBe(expected);

    [Test]
    public void A_whole_second_prints_no_fraction_for_nines() =>
        GoTimeLayout.Format(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), "5.999x").ShouldBe("0x");

    [TestCase("Z0700", "Z")]
    [TestCase("-0700", "+0000")]
    [TestCase("MST", "UTC")]
    public void Greenwich_has_names_of_its_own(string layout, string expected) =>
        GoTimeLayout.Format(DateTimeOffset.UnixEpoch, layout).ShouldBe(expected);
}
