using KcpTun.Bench;
using KcpTun.Bench.Validate;
using KcpTun.GoInterop;
using KcpTun.Sim.BadLinks;

namespace KcpTun.Conformance.Bench;

/// <summary><c>bad-links</c> loses nothing when a run fails, and its messages say which one it was.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class LiveLinksTests
{
    private static readonly Pair s_pair = new(Implementation.Ours, Implementation.GoOld);
    private static readonly BadLink s_link = LiveLinks.Measurable.First(link => link.Name.Contains("upload"));

    [Test]
    public async Task A_failed_run_is_one_line_and_a_note_in_its_cell()
    {
        var log = new StringWriter();
        LiveLinks live = Create(log, runs: 3, failing: [2]);
        await live.MeasureAsync(s_link, CancellationToken.None);

        live.Failed.ShouldBe(1);
        live.ToMarkdown().ShouldContain($"| {s_link.Name} | 2.00 MB/s (1 of 3 failed) |");
        log.ToString().Split('\n').Single(line => line.StartsWith("failed"))
            .ShouldBe($"failed: {s_link.Name}, ours->go-20210922, run 2: no answer");
        live.ToJson().GetArrayLength().ShouldBe(3);
        live.ToJson()[1].GetProperty("Problem").GetString().ShouldEndWith("what it printed");
    }

    [Test]
    public async Task A_cell_without_a_good_run_says_so()
    {
        LiveLinks live = Create(TextWriter.Null, runs: 2, failing: [1, 2]);
        await live.MeasureAsync(s_link, CancellationToken.None);
        live.ToMarkdown().ShouldContain($"| {s_link.Name} | 2 of 2 failed |");
    }

    [Test]
    public async Task A_cell_of_good_runs_is_their_median()
    {
        LiveLinks live = Create(TextWriter.Null, runs: 3, failing: []);
        await live.MeasureAsync(s_link, CancellationToken.None);
        live.Failed.ShouldBe(0);
        live.ToMarkdown().ShouldContain("| link and traffic | auto to go-20210922 fast3 |");
        live.ToMarkdown().ShouldContain($"| {s_link.Name} | 2.00 MB/s |");
    }

    [Test]
    public void The_name_of_a_point_s_tunnel_has_the_point_and_the_program()
    {
        string name = LinkPoint.TryParse("10:100:fast:10/3")!.Between(Implementation.GoNew).Name;
        name.ShouldBe("10:100:fast:10/3, go-20260314 at both ends");
    }

    [TestCase("bad-links --pairs ours:go", "'ours:go' is not client:server of ours, go-old, go-new")]
    [TestCase("bad-links --runs 0", "--runs 0: give a number from 1")]
    [TestCase("report --rounds abc", "--rounds abc: give a number from 0")]
    [TestCase("bad-links --bogus", "--bogus")]
    [TestCase("", "command")]
    public async Task A_wrong_command_line_is_one_line_and_status_2(string line, string message)
    {
        var error = new StringWriter();
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        (await BenchCommand.RunAsync(words, error)).ShouldBe(2);
        error.ToString().TrimEnd().ShouldContain(message);
        error.ToString().TrimEnd().ShouldNotContain("\n");
    }

    /// <summary>Runs that yield as many MB/s as their number says, or fail.</summary>
    private static LiveLinks Create(TextWriter log, int runs, ulong[] failing) => new(
        [s_pair],
        runs,
        (tunnel, workload, seed, _) => failing.Contains(seed)
            ? throw new IOException($"{tunnel.Name}: no answer\nwhat it printed")
            : Task.FromResult(new RealRun(
                tunnel.Ends.ToString(), workload.Text, seed, new RunFigures(seed * 1e6, null), 1, 0, 0, 0)),
        log);
}
