using KcpTun.Conformance.Sim.Cli;
using KcpTun.Sim.Conform.Running;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Conform.Running;

/// <summary>Cases on subjects: the proof before them, what is told while they run, and how they end.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SuiteRunnerTests
{
    private static ConformanceScript[] Cases(string role, int count) =>
    [
        .. Enumerable.Range(1, count).SelectMany(n => ScriptParser.Parse(
            "a.kpt", $"id kcp/1/{n}\ntitle t\nlevel MUST\nref r\nsut {role}\nwait 1\n")),
    ];

    [TestCase("client", "server")]
    [TestCase("server", "client")]
    public void A_subject_that_plays_one_part_proves_the_runner_and_lacks_the_other(string has, string lacks)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["a.sut"], $"name half\n{has} no-such-program {{udp}} {{tcp}} {{flags}}\n");
        ISubject described = SubjectCatalog.Find([folder["a.sut"]], _ => null).ShouldHaveSingleItem();
        CaseResult result = CaseRunner.Run(Cases(lacks, 1)[0], described);
        (result.Verdict, result.Reason, result.Tries).ShouldBe((Verdict.Unsupported, $"it has no {lacks}", 0));

        SubjectRole role = has == "client" ? SubjectRole.Client : SubjectRole.Server;
        FakeSubject half = new((_, spec) => new FakeStage(spec)) { Role = role };
        new SuiteRunner([half], jobs: 1).Prove().ShouldBeNull();
    }

    [Test]
    public void The_proof_names_a_subject_that_does_not_start()
    {
        FakeSubject dead = new((_, spec) => new FakeStage(spec) { DiesOf = 0 });
        new SuiteRunner([FakeSubject.Core, dead], jobs: 1).Prove()
            .ShouldBe("fake: it does not start: it ended by itself");
    }

    [Test]
    public void Whoever_waits_is_told_how_far_it_is()
    {
        using ManualResetEventSlim told = new();
        FakeSubject slow = new((start, spec) =>
        {
            if (start == 2)
                told.Wait();
            return new FakeStage(spec);
        });
        List<RunProgress> seen = [];
        SuiteRunner runner = new([FakeSubject.Core, slow], jobs: 1)
        {
            Waiting = progress =>
            {
                seen.Add(progress);
                if (progress.Done >= 3)
                    told.Set();
            },
        };
        runner.Run(Cases("server", 3), default).Count.ShouldBe(3);
        seen.ShouldAllBe(progress => progress.Total == 6 && progress.Done <= 6);
        seen.ShouldContain(progress => progress.Done >= 3 && progress.Done < 6);
    }

    [Test]
    public void After_an_interrupt_there_is_no_result_but_what_had_been_told()
    {
        using CancellationTokenSource stop = new();
        List<(int Case, int Subject)> told = [];
        FakeSubject stopping = new((start, spec) =>
        {
            if (start == 2)
                stop.Cancel();
            return new FakeStage(spec);
        })
        {
            IsExact = true,
        };
        SuiteRunner runner = new([stopping], jobs: 1) { Finished = (one, subject, _) => told.Add((one, subject)) };
        Should.Throw<OperationCanceledException>(() => runner.Run(Cases("server", 3), stop.Token));
        told.ShouldBe([(0, 0)]);
    }

    [Test]
    public void A_defect_of_the_harness_names_the_case_and_the_subject()
    {
        FakeSubject throwing = new((_, _) => throw new InvalidOperationException("boom"));
        RunFailedException failure = Should.Throw<RunFailedException>(
            () => new SuiteRunner([FakeSubject.Core, throwing], jobs: 1).Run(Cases("server", 2), default));
        (failure.Message, failure.Command).ShouldBe(("InvalidOperationException: boom", "kcp/1/1 on fake"));
    }
}
