using KcpTun.Sim.Cli;

namespace KcpTun.Conformance.Sim.Cli;

/// <summary><c>kcptun-sim bad-links</c> works for minutes: what would lose its results is refused before.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class BadLinksCommandTests
{
    [TestCase("--markdown /nowhere/at/all.md", ExitCodes.Failure, "all.md: there is no directory")]
    [TestCase("--markdown /", ExitCodes.Failure, "--markdown /: it is a directory")]
    [TestCase("--markdown -", ExitCodes.Usage, "--markdown -: write the name of a file")]
    [TestCase("--plots /nowhere/at/all", ExitCodes.Failure, "all-latency.png: there is no directory")]
    [TestCase("--only zebra", ExitCodes.Usage, "--only zebra: no link has such a name")]
    public void What_cannot_be_written_is_refused_before_anything_runs(string options, int status, string message)
    {
        SimShell shell = new();
        shell.Run($"bad-links {options}").ShouldBe(status);
        shell.Lines.Single().ShouldContain(message);
        shell.Runs.ShouldBe(0);
    }

    [Test]
    public void It_says_which_link_it_is_at()
    {
        SimShell shell = new();
        shell.Run("bad-links --seeds 1 --only 'ms: upload'").ShouldBe(ExitCodes.Ok);
        shell.Lines.Count(line => line.Contains(" of ", StringComparison.Ordinal)).ShouldBeGreaterThan(3);
    }
}
