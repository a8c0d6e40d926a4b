using KcpTun.Primitives;
using KcpTun.Sim.Conform.Reports;
using KcpTun.Sim.Conform.Running;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;

namespace KcpTun.Conformance.Sim.Conform.Running;

/// <summary>How cases are judged, and what a failure says.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CaseRunnerTests
{
    private const string OpenStream = "0 < PUSH sn=0 ts=100 [SYN sid=3 + PSH sid=3 data=\"x\"]\n";

    /// <summary>Its acknowledgement waits for the tick; that of the first packet leaves at once.</summary>
    private const string Second = "> ACK sn=0\n0 < PUSH sn=1 ts=100 [NOP]\n";

    private static ConformanceScript Script(string body, string level = "MUST", string header = "") =>
        ScriptParser.Parse("a.kpt", $"id kcp/1/1\ntitle t\nlevel {level}\nref r\nsut server\n{header}{body}")
            .ShouldHaveSingleItem();

    private static ISubject Core => SubjectCatalog.Find(["core"], _ => null).ShouldHaveSingleItem();

    [Test]
    public void A_failure_prints_what_came_in_the_syntax_of_scripts_ready_to_paste()
    {
        CaseResult failed = CaseRunner.Run(Script(OpenStream + "> ACK sn=7\n"), Core);
        failed.Verdict.ShouldBe(Verdict.Fail);
        failed.Reason.ShouldStartWith("a.kpt:7: expected > ACK sn=7");
        string pasted = failed.Last!.Actual.ShouldNotBeNull();
        CaseRunner.Run(Script(OpenStream + pasted + "\n"), Core).Verdict.ShouldBe(Verdict.Pass);
    }

    [TestCase("MUST", "", "Fail")]
    [TestCase("SHOULD", "", "NonStrict")]
    [TestCase("QUIRK", "", "NonStrict")]
    [TestCase("QUIRK", "releases 20260314\n", "NonStrict")]
    [TestCase("QUIRK", "releases 20210922\n", "Info")]
    [TestCase("INFO", "", "Info")]
    public void What_a_failure_means_depends_on_the_level(string level, string header, string verdict) =>
        CaseRunner.Run(Script(OpenStream + "> ACK sn=7\n", level, header), Core).Verdict.ToString().ShouldBe(verdict);

    [TestCase("> ACK sn=1", "Pass")]
    [TestCase("+31..40 > ACK", "Fail")]
    [TestCase("+0..29 > ACK", "Fail")]
    [TestCase("+30 > ACK", "Pass")]
    [TestCase(">? WINS\n> ACK", "Pass")]
    [TestCase(">* ACK\n! quiet 500", "Pass")]
    [TestCase("! quiet 29", "Pass")]
    [TestCase("! quiet 31", "Fail")]
    [TestCase("! no PUSH for 500", "Pass")]
    [TestCase("! no ACK sn=1 for 500", "Fail")]
    [TestCase("ignore ACK\n! quiet 500", "Pass")]
    [TestCase("ignore ACK\nignore nothing\n! quiet 500", "Fail")]
    [TestCase("skip until ACK sn=1 una=$u\nassert $u == 2", "Pass")]
    [TestCase("skip until WINS", "Fail")]
    [TestCase("wait 100\nassert count(ACK) == 1\n> ACK\nassert count(ACK) == 2 && now == 100", "Pass")]
    [TestCase("{\n> ACK sn=1\n}", "Pass")]
    [TestCase("{\n> ACK sn=1\n> WINS\n}", "Fail")]
    [TestCase("app accept $s\napp recv $s \"x\"\napp alive $s", "Pass")]
    [TestCase("app accept $s\napp recv $s \"y\"", "Fail")]
    [TestCase("app accept $s\napp recv $s \"xy\"", "Fail")]
    [TestCase("app accept $s\napp eof $s", "Fail")]
    [TestCase("app accept $s\napp closed $s", "Fail")]
    [TestCase("app accept $s\napp alive $t", "Error")]
    [TestCase("assert $x == 1", "Error")]
    [TestCase("assert 1 == 2", "Fail")]
    [TestCase("< SYN sid=5", "Error")]
    [TestCase("let $n = 2\nrepeat $n\nlet $n = $n + $i\nend\nassert $n == 3", "Pass")]
    public void Steps_hold_or_do_not(string body, string verdict)
    {
        CaseResult result = CaseRunner.Run(
            Script(OpenStream + Second + body + "\n", header: "config mode=manual interval=30 nc=1\npatience 1000\n"), Core);
        result.Verdict.ToString().ShouldBe(verdict, result.Reason);
    }

    [Test]
    public void What_a_subject_lacks_is_unsupported_and_is_not_run()
    {
        CaseResult result = CaseRunner.Run(Script(OpenStream, header: "config crypt=xor\n"), new FakeSubject(["xor"]));
        (result.Verdict, result.Tries, result.Reason).ShouldBe((Verdict.Unsupported, 0, "it has no xor"));
    }

    [TestCase(1, "Pass", 1)]
    [TestCase(2, "Flaky", 2)]
    [TestCase(3, "Flaky", 3)]
    [TestCase(4, "Fail", 3)]
    public void In_real_time_a_case_has_three_tries(int goodTry, string verdict, int tries)
    {
        CaseResult result = CaseRunner.Run(
            Script(OpenStream + "+0..30 > ACK\n", header: "patience 10\n"), new FakeSubject([]) { GoodTry = goodTry });
        (result.Verdict.ToString(), result.Tries).ShouldBe((verdict, tries));
    }

    [Test]
    public void Every_event_that_is_printed_is_accepted_when_it_is_pasted()
    {
        int pasted = 0;
        foreach (ConformanceScript script in CaseCatalog.BuiltIn.Where((_, i) => i % 5 == 0))
        {
            CaseResult result = CaseRunner.Run(script, Core);
            foreach (string line in WireText.Lines(script.Header, result.Last?.Log ?? new CaseLog(), 50))
            {
                int packets = line.IndexOf("> ", StringComparison.Ordinal);
                if (packets < 0 || line.Contains("(socket", StringComparison.Ordinal))
                    continue;
                Should.NotThrow(() => Script(line[packets..] + "\n"), $"{script.Header.Id}: {line}");
                pasted++;
            }
        }

        pasted.ShouldBeGreaterThan(100);
    }

    /// <summary>A subject in "real" time that acknowledges from a given try on.</summary>
    private sealed class FakeSubject(string[] lacks) : ISubject
    {
        private int _try;

        public int GoodTry { get; init; }

        public string Name => "fake";

        public string Version => "";

        public string Release => "";

        public IReadOnlySet<string> Lacks { get; } = new HashSet<string>(lacks);

        public bool IsExact => false;

        public bool Plays(SubjectRole role) => true;

        public IStage Start(SubjectSpec spec) => ++_try >= GoodTry
            ? SubjectCatalog.Find(["core"], _ => null)[0].Start(spec)
            : new SilentStage();
    }

    private sealed class SilentStage : IStage
    {
        public Instant Now { get; private set; }

        public bool IsExact => false;

        public string? Failure => null;

        public string Output => "";

        public void Send(int from, ReadOnlySpan<byte> datagram)
        {
        }

        public void Advance(Instant deadline) => Now = deadline;

        public bool TryReceive(out StageDatagram datagram)
        {
            datagram = default;
            return false;
        }

        public IStageApplication Open() => throw new NotSupportedException();

        public bool TryAccept(out IStageApplication application) => throw new NotSupportedException();

        public void SetTarget(bool isListening)
        {
        }

        public long? Counter(string name) => null;

        public void Stop()
        {
        }

        public void Restart()
        {
        }

        public void Dispose()
        {
        }
    }
}
