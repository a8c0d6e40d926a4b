using KcpTun.Bench.Validate;
using KcpTun.GoInterop;

namespace KcpTun.Conformance.Bench;

/// <summary><c>tuned</c> does with real programs what an answer of <c>kcptun-sim tune</c> says.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TunedSetupTests
{
    private const string Command =
        "kcptun-sim run --rtt 200 --loss 30 --mode auto --fec 10/3 --workload echo:64B,n=10 --seed 1 --seeds 2";

    [Test]
    public void An_answer_has_the_path_the_traffic_and_the_flags_of_both_ends()
    {
        var setup = TunedSetup.Parse(Answer(Command));
        setup.Tunnel.Link.Select(option => $"{option.Key}={option.Value}").ShouldBe(["rtt=200", "loss=30"]);
        setup.Workloads.Select(workload => workload.Text).ShouldBe(["echo:64B,n=10"]);
        setup.Tunnel.Ends.ShouldBe(new Pair(Implementation.Ours, Implementation.GoNew));
        setup.Tunnel.ClientFlags.ShouldBe(["--mode", "auto", "--QPP"]);
        setup.Tunnel.ServerFlags.ShouldBe(["--mode", "fast3"]);
        setup.Promise.LatencyMs.P99.ShouldBe(336);
    }

    [Test]
    public void The_promise_stands_beside_the_median_of_what_was_measured()
    {
        RunFigures[] figures =
            [.. new[] { 100.0, 300, 200 }.Select(ms => new RunFigures(null, [.. Enumerable.Repeat(ms, 7)]))];
        string table = TunedCommand.ToMarkdown(TunedSetup.Parse(Answer(Command)), figures, 3);
        table.ShouldContain("| p99, ms | 336 | 200 |");
        table.ShouldNotContain("goodput");
    }

    [TestCase("kcptun-sim run --loss 101", "--loss: '101' does not make sense")]
    [TestCase("kcptun-sim sweep --loss 1", "is no kcptun-sim run")]
    [TestCase("kcptun-sim run --workload web:3", "web:3 cannot be run in real time")]
    public void What_cannot_be_run_is_refused(string command, string message) =>
        Should.Throw<FormatException>(() => TunedSetup.Parse(Answer(command))).Message.ShouldContain(message);

    [TestCase("{}")]
    [TestCase("# Not JSON")]
    [TestCase("null")]
    public void What_is_no_answer_is_refused_in_one_line(string text) =>
        Should.Throw<FormatException>(() => TunedSetup.Parse(text)).Message.ShouldNotContain("\n");

    private static string Answer(string command) =>
        $$"""
        {
          "engine": "1", "link": "", "workloads": [], "goal": "", "score": "", "peer": "go", "estimate": [], "tried": 1,
          "winner": {
            "name": "auto", "seeds": 2, "complete": true, "latencyMs": { "p99": 336, "samples": 20 },
            "traceHash": "", "command": "{{command}}"
          },
          "front": [], "reasons": [], "robustness": [],
          "ends": [
            { "side": "server", "isGo": true, "program": [], "command": "", "config": "",
              "arguments": ["--listen", ":29900", "--target", "127.0.0.1:8388", "--key", "X", "--mode", "fast3"] },
            { "side": "client", "isGo": false, "program": [], "command": "", "config": "",
              "arguments": ["--localaddr", ":1", "--remoteaddr", "S:29900", "--key", "X", "--mode", "auto", "--QPP"] }
          ]
        }
        """;
}
