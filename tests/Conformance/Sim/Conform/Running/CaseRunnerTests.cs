using KcpTun.Conformance.Sim.Cli;
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

    private const string Later = "+100 < PUSH sn=2 [PSH sid=3 data=\"y\"]\n";

    private static ConformanceScript Script(string body, string level = "MUST", string header = "") =>
        ScriptParser.Parse("a.kpt", $"id kcp/1/1\ntitle t\nlevel {level}\nref r\nsut server\n{header}{body}")
            .ShouldHaveSingleItem();

    private static ISubject Core => FakeSubject.Core;

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
    [TestCase(Later + "wait 200\n> ACK sn=1\n+90 > ACK sn=2", "Pass")]
    [TestCase(Later + "wait 200\n> ACK sn=1\n+0..89 > ACK sn=2", "Fail")]
    [TestCase(Later + "wait 200\n> ACK sn=1\n+91..99 > ACK sn=2", "Fail")]
    [TestCase("+30 {\n> ACK sn=1\n}", "Pass")]
    [TestCase("+0..29 {\n> ACK sn=1\n}", "Fail")]
    [TestCase("+31..40 {\n> ACK sn=1\n}", "Fail")]
    [TestCase(Later + "{\n> ACK sn=2\n> ACK sn=1\n}", "Pass")]
    [TestCase(Later + "{\n> ACK sn=1\n> ACK sn=1\n}", "Fail")]
    [TestCase(">? ACK sn=1\n! quiet 500", "Pass")]
    [TestCase(">? ACK\n" + Later + "! quiet 500", "Fail")]
    [TestCase(">* ACK\n" + Later + "! quiet 500", "Pass")]
    [TestCase(">? ACK sn=1\n" + Later + "> ACK sn=2", "Pass")]
    [TestCase(">* ACK sn=2\n> ACK sn=1\n" + Later + "! quiet 500", "Fail")]
    [TestCase(">? ACK sn=1 una=$u\n! quiet 500\nassert $u == 2", "Pass")]
    [TestCase("! quiet 29\n+1 > ACK", "Pass")]
    [TestCase("! quiet 29\n+2..9 > ACK", "Fail")]
    [TestCase("! no ACK sn=7 for 500", "Pass")]
    [TestCase("+0..30 skip until ACK", "Pass")]
    [TestCase("+0..29 skip until ACK", "Fail")]
    [TestCase("> ACK una=$u\nassert $u == 2", "Pass")]
    [TestCase("> ACK una=$u\nassert $u == 1", "Fail")]
    [TestCase("{\n> ACK una=$u\n}\nassert $u == 2", "Pass")]
    public void Steps_hold_or_do_not(string body, string verdict)
    {
        CaseResult result = CaseRunner.Run(
            Script(OpenStream + Second + body + "\n", header: "config mode=manual interval=30 nc=1\npatience 1000\n"),
            Core);
        result.Verdict.ToString().ShouldBe(verdict, result.Reason);
    }

    [Test]
    public void A_wrong_byte_at_the_application_is_named() =>
        CaseRunner.Run(Script(OpenStream + "app accept $s\napp recv $s \"y\"\n"), Core).Reason
            .ShouldEndWith("the application reads a wrong byte, 0 bytes on");

    [Test]
    public void What_a_subject_lacks_is_unsupported_and_is_not_run()
    {
        FakeSubject subject = new((_, spec) => new FakeStage(spec)) { Lacks = new HashSet<string> { "xor" } };
        CaseResult result = CaseRunner.Run(Script(OpenStream, header: "config crypt=xor\n"), subject);
        (result.Verdict, result.Tries, result.Reason).ShouldBe((Verdict.Unsupported, 0, "it has no xor"));
    }

    [TestCase(1, "Pass", 1)]
    [TestCase(2, "Flaky", 2)]
    [TestCase(3, "Flaky", 3)]
    [TestCase(4, "Fail", 3)]
    public void In_real_time_a_case_has_three_tries(int goodTry, string verdict, int tries)
    {
        FakeSubject subject = new((start, spec) => new FakeStage(spec) { IsDeaf = start < goodTry });
        CaseResult result = CaseRunner.Run(Script(OpenStream + "> ACK\n", header: "patience 100\n"), subject);
        (result.Verdict.ToString(), result.Tries).ShouldBe((verdict, tries));
    }

    [Test]
    public void In_exact_time_nothing_is_tried_again() =>
        CaseRunner.Run(Script(OpenStream + "> ACK sn=7\n"), Core).Tries.ShouldBe(1);

    [TestCase("+35..40 > ACK", "Pass")]
    [TestCase("+36..40 > ACK", "Fail")]
    [TestCase("+0..10 > ACK", "Pass")]
    [TestCase("+0..9 > ACK", "Fail")]
    [TestCase("+0..10 skip until ACK", "Pass")]
    [TestCase("+0..9 skip until ACK", "Fail")]
    public void In_real_time_5_ms_too_early_and_the_tolerance_too_late_are_forgiven(string body, string verdict)
    {
        const string header = "config mode=manual interval=30 nc=1\ntolerance 20\n";
        FakeSubject subject = new((_, spec) => new FakeStage(spec));
        CaseResult result = CaseRunner.Run(Script(OpenStream + Second + body + "\n", header: header), subject);
        result.Verdict.ToString().ShouldBe(verdict, result.Reason);
    }

    [TestCase("MUST", 1)]
    [TestCase("SHOULD", 1)]
    [TestCase("QUIRK", 1)]
    [TestCase("INFO", 1)]
    [TestCase("INFO", 2)]
    public void A_subject_that_dies_fails_whatever_the_level(string level, int diesOf)
    {
        // The first datagram kills before an answer, the second after the last expectation.
        FakeSubject subject = new((_, spec) => new FakeStage(spec) { DiesOf = diesOf, IsDeaf = diesOf == 1 });
        CaseResult result = CaseRunner.Run(Script($"{OpenStream}> ACK sn=0\n< ACK sn=0\n", level), subject);
        (result.Verdict, result.Tries).ShouldBe((Verdict.Fail, 3));
        result.Reason.ShouldContain("it ended by itself");
    }

    [TestCase("MUST")]
    [TestCase("INFO")]
    public void A_subject_that_does_not_start_is_an_error_whatever_the_level(string level)
    {
        FakeSubject subject = new((_, spec) => new FakeStage(spec) { DiesOf = 0 });
        CaseResult result = CaseRunner.Run(Script(OpenStream, level), subject);
        (result.Verdict, result.Reason).ShouldBe((Verdict.Error, "it does not start: it ended by itself"));
    }

    [Test]
    [Platform("Linux")]
    public void A_process_that_ends_at_once_does_not_start()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["a.sut"], "name x\nserver /bin/sh -c 'echo no; exit 3' {udp} {tcp} {flags}\n");
        ISubject subject = SubjectCatalog.Find([folder["a.sut"]], _ => null).ShouldHaveSingleItem();
        CaseResult result = CaseRunner.Run(Script(OpenStream), subject);
        result.Verdict.ShouldBe(Verdict.Error);
        result.Reason.ShouldStartWith("it does not start: it ended by itself with exit code 3");
    }

    [TestCase("take 1000 bytes sid=3\n! quiet 500", "Pass", "")]
    [TestCase("take 999 bytes sid=3", "Fail", "1 bytes too many")]
    [TestCase("take 1001 bytes sid=3", "Fail", "1 bytes of stream 3 do not come")]
    [TestCase("take 1000 bytes sid=5", "Fail", "expected data of stream 5")]
    [TestCase("take 1000 bytes sid=3\napp send $s 500\ntake 500 bytes sid=3", "Pass", "")]
    [TestCase("take 1000 bytes sid=3\napp send $s \"?\"\ntake 1 bytes sid=3", "Fail", "wrong byte at offset 1000")]
    [TestCase("app finish $s\ntake 1001 bytes sid=3", "Fail", "expected data of stream 3")]
    [TestCase("app finish $s\n>? FIN\ntake 1001 bytes sid=3", "Fail", "1 bytes of stream 3 do not come")]
    [TestCase("take 1000 bytes sid=3\napp send $s 400000\ntake 400000 bytes sid=3\nassert now > 500", "Pass", "")]
    [TestCase(">? FIN\ntake 1000 bytes sid=3\napp finish $s\n! quiet 100", "Fail", "this must not come")]
    [TestCase("take 1000 bytes sid=3\nfeed 9000 bytes sid=3\nfeed 9 bytes sid=3\napp recv $s 9009", "Pass", "")]
    [TestCase("take 1000 bytes sid=3\nfeed 9000 bytes sid=3\napp recv $s 9001", "Fail", "read 9000 of 9001 bytes")]
    public void Bulk_data_are_counted_and_compared(string body, string verdict, string reason)
    {
        const string header = "layer smux\nconfig mode=manual interval=30 nc=1 sndwnd=8\npatience 200\n";
        CaseResult result = CaseRunner.Run(
            Script($"< SYN sid=3\napp accept $s\napp send $s 1000\n{body}\n", header: header), Core);
        result.Verdict.ToString().ShouldBe(verdict, result.Reason);
        result.Reason.ShouldContain(reason);
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
}
