using System.Xml.Linq;
using KcpTun.Sim.Cli;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Reports;
using KcpTun.Sim.Running;
using KcpTun.Sim.Tracing;

namespace KcpTun.Conformance.Sim.Cli;

/// <summary>Reports, captures and recordings of real runs.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class OutputTests
{
    private const string Small =
        "--loss 10 --rtt 40 --mode fast2,fast3 --fec 10/3 --workload echo:64B,n=10 --workload bulk:64KiB --seeds 2";

    private const string Single = "--loss 10 --rtt 40 --mode fast2 --fec 10/3 --workload bulk:64KiB --seeds 1";

    private static readonly byte[] s_png = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    [Test]
    public void A_run_leaves_a_report_of_everything_and_of_its_first_transfer()
    {
        using TemporaryFolder folder = new();
        SimShell shell = Real();
        shell.Run([.. Words(Small), "--html", folder["a.html"], "--png", folder["a.png"]]).ShouldBe(ExitCodes.Ok);

        string html = File.ReadAllText(folder["a.html"]);
        XDocument.Parse(html).Root!.Name.LocalName.ShouldBe("html");
        html.ShouldContain("kcptun over rtt 40 ms, loss 10 % each way");
        html.ShouldContain("Time sequence: fast2+fec10/3, bulk:64KiB, seed 1");
        html.ShouldContain("--seed 1 --seeds 2 --html a.html");
        File.ReadAllBytes(folder["a.png"])[..4].ShouldBe(s_png);
        shell.Runs.ShouldBe((2 * 2 * 2) + 1);
    }

    [Test]
    public void A_capture_holds_the_first_run_and_says_which()
    {
        using TemporaryFolder folder = new();
        SimShell shell = Real();
        shell.Run([.. Words(Small), "--pcapng", folder["a.pcapng"]]).ShouldBe(ExitCodes.Ok);

        shell.Lines.ShouldHaveSingleItem().ShouldContain("a.pcapng: fast2+fec10/3, echo:64B,n=10, seed 1; wireshark ");
        new FileInfo(folder["a.pcapng"]).Length.ShouldBeGreaterThan(1000);
        File.ReadAllText(folder[LuaDissector.FileName]).ShouldBe(LuaDissector.Text);
    }

    [Test]
    public void A_report_of_a_run_that_does_not_repeat_is_refused()
    {
        using TemporaryFolder folder = new();
        int runs = 0;
        SimShell shell = new()
        {
            Engine = (plan, observer) => SimShell.Pretend(plan, observer) with
            {
                TraceHash = Interlocked.Increment(ref runs).ToString("x32", null),
            },
        };
        shell.Run([.. Words(Single), "--html", folder["a.html"]]).ShouldBe(ExitCodes.Nondeterminism);
        shell.Lines.ShouldHaveSingleItem().ShouldContain("DET: executed again");
    }

    [Test]
    public void A_sweep_leaves_heat_maps()
    {
        using TemporaryFolder folder = new();
        SimShell shell = new();
        shell.Run(
            "sweep", "--loss", "0,10", "--rtt", "20,40", "--mode", "fast,fast2", "--fec", "0/0",
            "--out", folder["runs"], "--html", folder["a.html"], "--png", folder["a.png"]).ShouldBe(ExitCodes.Ok);

        string html = File.ReadAllText(folder["a.html"]);
        html.ShouldContain("kcptun over rtt, loss, mode");
        html.ShouldContain("\"axes\":[{\"name\":\"rtt\",\"values\":[\"20\",\"40\"]},{\"name\":\"loss\"");
        html.ShouldContain("\"variants\":[\"fast\",\"fast2\"]");
        html.ShouldContain("kcptun-sim run --rtt 40 --loss 10 --mode fast2 --fec 0/0");
        File.ReadAllBytes(folder["a.png"])[..4].ShouldBe(s_png);
    }

    [Test]
    public void A_sweep_over_variants_alone_leaves_the_report_of_an_experiment()
    {
        using TemporaryFolder folder = new();
        SimShell shell = new();
        shell.Run(
            "sweep", "--loss", "10", "--mode", "fast,fast2", "--fec", "0/0",
            "--out", folder["runs"], "--html", folder["a.html"]).ShouldBe(ExitCodes.Ok);
        File.ReadAllText(folder["a.html"]).ShouldContain("<h2>Results</h2>");
    }

    [Test]
    public void A_recording_is_replayed()
    {
        using TemporaryFolder folder = new();
        Real().Run([.. Words(Single), "--record", folder["one"]]).ShouldBe(ExitCodes.Ok);

        SimShell again = Real();
        again.Run("replay", folder["one"]).ShouldBe(ExitCodes.Ok);
        again.Output.ToString().ShouldStartWith("the same to the bit: ");
    }

    [Test]
    public void The_first_event_that_differs_is_printed_with_both_sides()
    {
        using TemporaryFolder folder = new();
        string[] otherSeed = Words($"{Single} --seed 2");
        TraceRecording.Write(folder["one"], SimTest.Single("--loss 10 --rtt 40 --mode fast2 --fec 10/3 "
            + "--workload bulk:64KiB"), "1.2.3", otherSeed);

        SimShell shell = Real();
        shell.Run("replay", folder["one"]).ShouldBe(ExitCodes.Assertion);
        shell.Lines.ShouldHaveSingleItem().ShouldContain(" is now ");
        shell.Output.ToString().ShouldContain("the first difference is event ");
        shell.Output.ToString().ShouldContain(" | ");
    }

    [Test]
    public void A_recording_of_another_engine_or_a_damaged_one_is_one_line()
    {
        using TemporaryFolder folder = new();
        Real().Run([.. Words(Single), "--record", folder["one"]]).ShouldBe(ExitCodes.Ok);

        SimShell newer = Real();
        newer.Version = "1.2.4";
        newer.Run("replay", folder["one"]).ShouldBe(ExitCodes.Usage);
        newer.Lines.ShouldHaveSingleItem().ShouldContain("a recording of engine 1.2.3, but this is 1.2.4");

        byte[] bytes = File.ReadAllBytes(folder["one"]);
        File.WriteAllBytes(folder["half"], bytes[..(bytes.Length / 2)]);
        bytes[bytes.Length / 2] ^= 0xff;
        File.WriteAllBytes(folder["bad"], bytes);
        foreach (string name in new[] { "half", "bad" })
        {
            SimShell shell = Real();
            shell.Run("replay", folder[name]).ShouldBe(ExitCodes.Usage);
            shell.Lines.ShouldHaveSingleItem().ShouldStartWith($"kcptun-sim: {folder[name]}: ");
        }
    }

    private static SimShell Real() => new() { Engine = SimRun.Execute };

    private static string[] Words(string line)
    {
        ShellWords.TrySplit(line, out IReadOnlyList<string> words).ShouldBeTrue();
        return [.. words];
    }
}
