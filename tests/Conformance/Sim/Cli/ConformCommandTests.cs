using System.Text.Json;
using KcpTun.Sim.Cli;

namespace KcpTun.Conformance.Sim.Cli;

/// <summary><c>kcptun-sim conform</c>: what it prints, where, and what it ends with.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ConformCommandTests
{
    private const string Header = "title t\nlevel MUST\nref r\nsut server\n";
    private const string Holds = $"id kcp/1/1\n{Header}< PUSH sn=0 [SYN sid=3]\n> ACK sn=0\n";
    private const string Fails = $"id kcp/1/2\n{Header}< PUSH sn=0 [SYN sid=3]\n> ACK sn=7\n";

    [Test]
    public void Findings_are_told_in_the_order_of_the_cases_and_then_the_counts()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["a.kpt"], Fails);
        File.WriteAllText(folder["b.kpt"], Holds);
        File.WriteAllText(folder["c.kpt"], Fails.Replace("kcp/1/2", "kcp/1/3", StringComparison.Ordinal));
        SimShell shell = new();

        shell.Run("conform", folder["a.kpt"], folder["b.kpt"], folder["c.kpt"], "--sut", "sim", "--sut", "core")
            .ShouldBe(ExitCodes.Assertion);

        string[] lines = shell.Output.ToString().Split('\n');
        lines.Where(line => line.StartsWith("FAIL ", StringComparison.Ordinal)).Select(line => line.Split(':')[0])
            .ShouldBe(["FAIL kcp/1/2 ours-sim", "FAIL kcp/1/2 ours-core", "FAIL kcp/1/3 ours-sim",
                "FAIL kcp/1/3 ours-core"]);
        lines[^2].ShouldStartWith("3 cases in ");
        shell.Error.ToString().ShouldBeEmpty();
    }

    [Test]
    public void A_file_that_is_standard_output_is_alone_there()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["a.kpt"], Fails);
        SimShell shell = new();

        shell.Run("conform", folder["a.kpt"], "--sut", "core", "--json", "-").ShouldBe(ExitCodes.Assertion);

        using JsonDocument json = JsonDocument.Parse(shell.Output.ToString());
        json.RootElement.GetProperty("cases").GetArrayLength().ShouldBe(1);
        shell.Lines[0].ShouldStartWith("FAIL kcp/1/2 ours-core: ");
        shell.Lines[^1].ShouldStartWith("1 cases in ");
    }

    [TestCase("--html")]
    [TestCase("--json")]
    [TestCase("--junit")]
    [TestCase("--markdown")]
    public void A_missing_directory_is_noticed_before_anything_runs(string option)
    {
        SimShell shell = new();
        shell.Run($"conform --sut core {option} /nowhere/at/all").ShouldBe(ExitCodes.Failure);
        shell.Lines.ShouldBe([$"kcptun-sim: {option} /nowhere/at/all: there is no directory /nowhere/at"]);
        shell.Output.ToString().ShouldBeEmpty();
    }

    [Test]
    [Platform("Linux")]
    public void The_counts_are_there_although_the_file_cannot_be_written()
    {
        SimShell shell = new();
        shell.Run("conform --sut core --case kcp/5.2/1 --json /dev/full").ShouldBe(ExitCodes.Failure);
        shell.Output.ToString().ShouldContain("ours-core");
        shell.Lines.ShouldHaveSingleItem().ShouldStartWith("kcptun-sim: --json /dev/full: ");
    }

    [Test]
    public void An_interrupt_ends_it()
    {
        SimShell shell = new();
        shell.Interrupt.Cancel();
        shell.Run("conform --sut core").ShouldBe(ExitCodes.Interrupted);
        shell.Lines.ShouldBe(["kcptun-sim: interrupted"]);
    }

    [Test]
    [Platform("Linux")]
    public void A_subject_that_does_not_start_is_named_with_its_reason_before_any_case()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["end.sh"], "echo cannot bind\nexit 3\n");
        string command = $"/bin/sh {folder["end.sh"]} {{udp}} {{tcp}} {{flags}}";
        File.WriteAllText(folder["a.sut"], $"name mine\nserver {command}\nclient {command}\n");
        SimShell shell = new();

        shell.Run("conform", "--sut", folder["a.sut"]).ShouldBe(ExitCodes.Failure);

        string line = shell.Lines.ShouldHaveSingleItem();
        line.ShouldStartWith("kcptun-sim: mine: it does not start: it ended by itself with exit code 3");
        line.ShouldContain("cannot bind");
        shell.Output.ToString().ShouldBeEmpty();
    }
}
