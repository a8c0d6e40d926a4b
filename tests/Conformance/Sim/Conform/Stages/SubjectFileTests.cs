using KcpTun.Conformance.Support;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;

namespace KcpTun.Conformance.Sim.Conform.Stages;

/// <summary>Subject files: what they mean and how errors in them are shown.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SubjectFileTests
{
    private const string Full = """
        # An implementation.
        name    mine
        version mine --version     # its version

        server  "my server/mine" ${MODE:-serve} -l 127.0.0.1:{udp} -t 127.0.0.1:{tcp} {flags}
        client  ${BIN}/mine dial -r 127.0.0.1:{udp} -l 127.0.0.1:{tcp} {flags}
        lacks   qpp null
        lacks   half-close
        flag    smuxver --smux {value}
        flag    keepalive
        flag    nocomp --compression=off
        release 20260314
        counters USR1
        ready   300
        """;

    [Test]
    public void A_file_describes_a_subject()
    {
        Subject subject = Parse(Full);
        subject.Name.ShouldBe("mine");
        subject.Version.ShouldBe(["mine", "--version"]);
        subject.Server.Take(2).ShouldBe(["my server/mine", "serve"]);
        subject.Client[0].ShouldBe("/opt/mine");
        subject.Lacks.ShouldBe(["qpp", "null", "half-close"]);
        subject.Release.ShouldBe("20260314");
        subject.HasCounters.ShouldBeTrue();
        subject.Ready.ShouldBe(TimeSpan.FromMilliseconds(300));
        subject.Plays(SubjectRole.Client).ShouldBeTrue();
    }

    [Test]
    public void Commands_get_ports_and_settings()
    {
        SubjectSpec spec = Spec(
            SubjectRole.Server, ("smuxver", "1"), ("nocomp", "true"), ("mtu", "1200"), ("keepalive", "5"),
            ("acknodelay", "true"), ("QPP", "false"), ("conn", "2"));
        Parse(Full).Command(spec, 20001).ShouldBe(
        [
            "my server/mine", "serve", "-l", "127.0.0.1:20001", "-t", "127.0.0.1:20001",
            "--acknodelay", "--mtu", "1200", "--compression=off", "--smux", "1",
        ]);
    }

    [Test]
    public void A_switch_that_is_off_is_left_out_however_it_is_spelt() =>
        Parse(Full).Command(Spec(SubjectRole.Client, ("nocomp", "false")), 1)
            .ShouldNotContain("--compression=off");

    [Test]
    public void Only_what_a_name_needs_is_needed()
    {
        Subject subject = Parse("name x\nserver x {udp} {tcp} {flags}\n");
        subject.Plays(SubjectRole.Client).ShouldBeFalse();
        subject.Lacks.ShouldBeEmpty();
        subject.Release.ShouldBeNull();
        subject.Ready.ShouldBe(TimeSpan.FromSeconds(5));
    }

    private static IEnumerable<TestCaseData> Wrong()
    {
        const string Server = "server x {udp} {tcp} {flags}";
        yield return Case("nmae x", 1, 1, "'nmae' is not known here");
        yield return Case("name x\n  colour red", 2, 3, "'colour' is not known here");
        yield return Case("name", 1, 5, "'name' needs a value");
        yield return Case("name # nothing", 1, 5, "'name' needs a value");
        yield return Case("name x\nname y", 2, 1, "'name' is given twice");
        yield return Case("name x", 1, 1, "'server' and 'client' are missing");
        yield return Case(Server, 1, 1, "'name' is missing");
        yield return Case("server x {tcp} {flags}", 1, 8, "the command has no {udp}");
        yield return Case("client  x {udp} {flags}", 1, 9, "the command has no {tcp}");
        yield return Case("server x {udp} {tcp}", 1, 8, "the command has no {flags}");
        yield return Case("server x {udp} {tcp} --{flags}", 1, 8, "the command has no {flags} as a word of its own");
        yield return Case("server x {upd} {tcp} {flags}", 1, 10, "{upd} stands for nothing; use {udp}, {tcp}");
        yield return Case("version x {udp}", 1, 11, "{udp} stands for nothing; none");
        yield return Case("server ${NOWHERE}/x {udp} {tcp} {flags}", 1, 8, "the environment has no NOWHERE");
        yield return Case("server \"x {udp} {tcp} {flags}", 1, 8, "this quote is not closed");
        yield return Case("release 2026", 1, 9, "'2026' is not a release");
        yield return Case("counters HUP", 1, 10, "'HUP' is not known");
        yield return Case("ready soon", 1, 7, "'soon' is not a time");
        yield return Case("ready 0", 1, 7, "'0' is not a time");
        yield return Case("flag colour --colour", 1, 6, "kcptun has no flag 'colour'");
        yield return Case("flag mtu -m {value}\nflag mtu -n", 2, 6, "how to spell 'mtu' is said twice");

        static TestCaseData Case(string text, int line, int column, string message) =>
            new TestCaseData(text, line, column, message).SetArgDisplayNames(text);
    }

    [TestCaseSource(nameof(Wrong))]
    public void An_error_has_its_place(string text, int line, int column, string message)
    {
        ScriptException error = Should.Throw<ScriptException>(() => Parse(text));
        error.Message.ShouldStartWith($"my.sut:{line}:{column}: {message}");
        error.Message.ShouldNotContain("\n");
        (error.Line, error.Column).ShouldBe((line, column));
    }

    [Test]
    public void A_subject_that_does_not_exist_is_named_with_those_that_do()
    {
        string missing = Path.Combine(RepositoryRoot.Path, "no-such.sut");
        Should.Throw<ScriptException>(() => SubjectFile.Load(missing, _ => null))
            .Message.ShouldContain("go-20210922, go-20260314, kcptun");
    }

    [Test]
    public void Known_subjects_are_there_by_name([Values("go-20210922", "go-20260314", "kcptun")] string name)
    {
        Subject subject = SubjectFile.Load(name, _ => null);
        subject.Name.ShouldBe(name);
        subject.Server[0].ShouldStartWith("artifacts/");
        SubjectFile.Load(name, _ => "/there").Server[0].ShouldStartWith("/there");
    }

    private static Subject Parse(string text) =>
        SubjectFile.Parse("my.sut", text, "/", name => name == "BIN" ? "/opt" : null);

    private static SubjectSpec Spec(SubjectRole role, params (string Name, string Value)[] settings) =>
        new(role, settings.ToDictionary(setting => setting.Name, setting => setting.Value), null);
}
