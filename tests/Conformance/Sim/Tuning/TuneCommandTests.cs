using System.Text.Json;
using KcpTun.Conformance.Sim.Cli;
using KcpTun.Sim.Cli;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Tuning;

/// <summary>The command as a whole.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TuneCommandTests
{
    private const string Small =
        "tune --loss 10 --rtt 40 --rate 20mbit --mode fast,auto --fec 0/0,10/3 --seeds 2 --workload bulk:64KiB "
        + "--workload echo:64B,n=20";

    [Test]
    public void The_answer_does_not_depend_on_how_many_runs_there_are_at_once() =>
        Answer($"{Small} --jobs 1").ShouldBe(Answer($"{Small} --jobs 4"));

    [Test]
    public void The_winner_is_on_the_front_and_repeats_with_its_command()
    {
        JsonElement answer = JsonDocument.Parse(Answer(Small)).RootElement;
        JsonElement winner = answer.GetProperty("winner");
        answer.GetProperty("front")[0].GetProperty("name").GetString().ShouldBe(winner.GetProperty("name").GetString());
        answer.GetProperty("robustness").GetArrayLength().ShouldBe(7);
        SimShell again = new() { Engine = SimRun.Execute };
        string command = winner.GetProperty("command").GetString()!["kcptun-sim ".Length..];
        again.Run($"{command} --json -").ShouldBe(ExitCodes.Ok);
        JsonDocument.Parse(again.Output.ToString()).RootElement.GetProperty("traceHash").GetString()
            .ShouldBe(winner.GetProperty("traceHash").GetString());
    }

    [Test]
    public void The_text_has_the_front_the_reasons_the_promise_and_both_ends()
    {
        SimShell shell = new() { Engine = SimRun.Execute };
        shell.Run(Small).ShouldBe(ExitCodes.Ok, $"{shell.Error}");
        string text = shell.Output.ToString();
        foreach (string part in new[]
        {
            "Pareto front", "in 81 % of cases (0.9 × 0.9)", "If the path is not quite as said", "loss +30 %",
            "in bursts of 8", "Promise: ", "kcptun server --listen :29900", "kcptun client --localaddr :12948",
            "these figures again:",
        })
        {
            text.ShouldContain(part);
        }
    }

    [TestCase("--peer go", "kcptun-server --listen", "kcptun client --localaddr")]
    [TestCase("--peer go --our-end server", "kcptun server --listen", "kcptun-client --localaddr")]
    public void With_a_Go_peer_mode_auto_is_on_our_end_only(string peer, string server, string client)
    {
        SimShell shell = new();
        shell.Run($"tune --loss 10 --rtt 40 --mode auto --seeds 2 {peer}").ShouldBe(ExitCodes.Ok, $"{shell.Error}");
        string text = shell.Output.ToString();
        text.ShouldContain(server);
        text.ShouldContain(client);
        text.Split('\n').Where(line => line.StartsWith("    kcptun-", StringComparison.Ordinal))
            .ShouldAllBe(line => !line.Contains("--mode auto"));
        text.Split('\n').Count(line => line.Contains("--mode auto") && line.StartsWith("    kcptun ")).ShouldBe(1);
    }

    [TestCase("tune", "say what the path does")]
    [TestCase("tune --loss 130 --rtt 20", "--loss")]
    [TestCase("tune --loss 3 --goal speed", "--goal speed: write one of balanced, latency, goodput, cheap")]
    [TestCase("tune --loss 3 --peer rust", "--peer rust: write ours or go")]
    [TestCase("tune --loss 3 --our-end server", "--our-end means something with --peer go only")]
    [TestCase("tune --loss 3 --peer go --our-end left", "--our-end left: write client or server")]
    [TestCase("tune --loss 3 --datashard 5", "to fix them, write --fec")]
    [TestCase("tune --loss 3 --peer go --tuncrypt", "--tuncrypt: a peer of Go's does not know it")]
    [TestCase("tune --loss 3 --snmp-fec 10/3", "--snmp-fec says what")]
    [TestCase("tune --from-snmp /nowhere/at/all --loss 3", "both say what is lost")]
    [TestCase("tune --from-snmp /nowhere/at/all", "add --rtt")]
    [TestCase("tune --from-snmp /nowhere/at/all --rtt 20", "/nowhere/at/all: no such file or directory")]
    [TestCase("tune --from-snmp /nowhere/at/all --rtt 20 --snmp-fec 3", "--snmp-fec 3: write data/parity shards")]
    [TestCase("tune --loss 3 --seeds 0", "--seeds 0")]
    [TestCase("tune --loss 3 --workload bluk:1", "bluk")]
    public void What_is_wrong_is_said_in_one_line(string line, string message)
    {
        SimShell shell = new();
        shell.Run(line).ShouldBe(ExitCodes.Usage);
        shell.Lines.ShouldHaveSingleItem().ShouldContain(message);
        shell.Runs.ShouldBe(0);
    }

    private static string Answer(string line)
    {
        SimShell shell = new() { Engine = SimRun.Execute };
        shell.Run($"{line} --json -").ShouldBe(ExitCodes.Ok, $"{shell.Error}");
        return shell.Output.ToString();
    }
}
