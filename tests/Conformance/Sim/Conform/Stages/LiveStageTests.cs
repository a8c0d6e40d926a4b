using System.Globalization;
using KcpTun.Conformance.Support;
using KcpTun.Primitives;
using KcpTun.Sim.Conform.Stages;
using KcpTun.Sim.Conform.Stages.Live;

namespace KcpTun.Conformance.Sim.Conform.Stages;

/// <summary>The stage of real processes: our own program, and the Go releases where they have been fetched.</summary>
[TestFixture("kcptun")]
[TestFixture("go-20210922")]
[TestFixture("go-20260314")]
[Platform("Linux")]
public sealed class LiveStageTests(string name)
{
    private Subject _subject = null!;

    [OneTimeSetUp]
    public void Find()
    {
        _subject = SubjectFile.Load(name, Variable);
        if (!File.Exists(_subject.Server[0]))
            Assert.Ignore($"{_subject.Server[0]} is not there; tools/GoInterop/fetch.sh fetches the Go releases");
    }

    [Test]
    public void A_server_carries_a_stream_both_ways() => Perform(SubjectRole.Server, StageExchange.Serve);

    [Test]
    public void A_client_carries_a_stream_both_ways() => Perform(SubjectRole.Client, StageExchange.Connect);

    [Test]
    public void A_target_may_refuse() => Perform(SubjectRole.Server, StageExchange.Refuse);

    [Test]
    public void A_subject_stops_and_starts_again() => Perform(SubjectRole.Server, StageExchange.StopAndRestart);

    [Test]
    public void The_tester_has_several_sockets() => Perform(SubjectRole.Server, StageExchange.AnswerTwoSockets);

    [Test]
    public void An_application_reads_only_what_it_may()
    {
        if (_subject.Lacks.Contains("half-close"))
            Assert.Ignore("without half-close a FIN closes the connection, unread bytes or not");
        Perform(SubjectRole.Server, StageExchange.ReadSlowly);
    }

    [Test]
    public void A_reset_ends_the_stream() => Perform(SubjectRole.Server, stage =>
    {
        HandPeer peer = new(stage, 1);
        peer.Push(Wire.Frame(Wire.Syn, 3));
        IStageApplication? application = null;
        peer.Until(() => application is not null || stage.TryAccept(out application), "a connection to the target");
        application!.Close(isReset: true);
        peer.Until(() => peer.Frames.Any(frame => frame.Command == Wire.Fin), "the FIN");
    });

    [Test]
    public void Advance_is_punctual() => Perform(SubjectRole.Server, stage =>
    {
        List<long> late = [];
        for (int i = 0; i < 100; i++)
        {
            Instant deadline = stage.Now.AddMicroseconds(2000 + (i * 37));
            stage.Advance(deadline);
            late.Add(stage.Now - deadline);
        }

        late.Sort();
        TestContext.Out.WriteLine($"late by {late[50]} us (median), {late[98]} us (worst but one)");
        late[0].ShouldBeGreaterThanOrEqualTo(0, "nothing came, so it must not return early");
        late[50].ShouldBeLessThan(2000);
    });

    [Test]
    public void Waiting_costs_no_processor_time() => Perform(SubjectRole.Server, stage =>
    {
        long before = TicksOfThisThread();
        stage.Advance(stage.Now.AddMilliseconds(500));
        (TicksOfThisThread() - before).ShouldBeLessThan(10, "hundredths of a second");
    });

    [Test]
    public void Counters_are_asked_for_by_signal() => Perform(SubjectRole.Server, stage =>
    {
        HandPeer peer = new(stage, 1);
        peer.Push(Wire.Frame(Wire.Syn, 3));
        peer.Until(() => peer.Log.Count > 0, "the acknowledgement");
        stage.Counter("InPkts").ShouldBe(1);
        // The older release does not count them.
        stage.Counter("FECFullShards").ShouldBe(_subject.Release == "20210922" ? null : 0);
    });

    [Test]
    public void A_subject_that_ends_by_itself_is_a_failure()
    {
        using LiveStage stage = new(_subject, StageExchange.Spec(SubjectRole.Server, ("no-such-flag", "1")));
        stage.Advance(Instant.FromMilliseconds(3000));
        stage.Failure.ShouldNotBeNull().ShouldContain("no-such-flag");
    }

    [Test]
    public void A_process_ends_with_its_stage()
    {
        string command = "";
        Perform(SubjectRole.Server, stage =>
        {
            command = ((LiveStage)stage).Output.Split('\n')[0][2..].Replace(' ', '\0');
            Running(command).ShouldBe(1);
        });
        Running(command).ShouldBe(0);
    }

    [Test]
    public void Its_version_can_be_shown() => LiveStage.VersionOf(_subject).ShouldNotBeNullOrWhiteSpace();

    private static int Running(string command) => Directory.GetDirectories("/proc")
        .Where(folder => Path.GetFileName(folder).All(char.IsAsciiDigit))
        .Count(folder => CommandLine(folder).Contains(command, StringComparison.Ordinal));

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static long TicksOfThisThread()
    {
        string stat = File.ReadAllText("/proc/thread-self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[11..13].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
    }

    private static string? Variable(string variable) => Environment.GetEnvironmentVariable(variable) ?? variable switch
    {
        "KCPTUN_EXE" => Path.Combine(
            RepositoryRoot.Path, "artifacts", "bin", "KcpTun.Cli", Configuration, "KcpTun.Cli"),
        "KCPTUN_GO_20210922" => Path.Combine(RepositoryRoot.Path, "artifacts", "go", "20210922"),
        "KCPTUN_GO_20260314" => Path.Combine(RepositoryRoot.Path, "artifacts", "go", "20260314"),
        _ => null,
    };

    private static string Configuration =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    private void Perform(SubjectRole role, Action<IStage> test)
    {
        (string, string)[] halfClose = _subject.Lacks.Contains("half-close") ? [] : [("closewait", "0")];
        using LiveStage stage = new(_subject, StageExchange.Spec(role, halfClose));
        try
        {
            test(stage);
        }
        catch (ShouldAssertException)
        {
            TestContext.Out.WriteLine(stage.Output);
            throw;
        }
    }
}
