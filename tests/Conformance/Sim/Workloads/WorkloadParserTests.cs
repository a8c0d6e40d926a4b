using KcpTun.Sim.Engine;
using KcpTun.Sim.Workloads;

namespace KcpTun.Conformance.Sim.Workloads;

/// <summary>The language of workloads.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class WorkloadParserTests
{
    private const long Ms = SimTime.Millisecond;

    private static IEnumerable<TestCaseData> Accepted()
    {
        yield return Case(new BulkSpec { Text = "bulk:8MiB", Bytes = 8 << 20, IsUp = false });
        yield return Case(new BulkSpec { Text = "bulk:1,down", Bytes = 1, IsUp = false });
        yield return Case(new BulkSpec { Text = "bulk:10MB,up", Bytes = 10_000_000, IsUp = true });
        yield return Case(new EchoSpec { Text = "echo:64B", Bytes = 64, Count = 400, Every = 50 * Ms });
        yield return Case(new EchoSpec
        {
            Text = "echo:1KiB,every=1.5ms,closed,n=3",
            Bytes = 1024,
            Count = 3,
            Every = 1_500_000,
            IsClosed = true,
        });
        yield return Case(new GameSpec
        {
            Text = "game:30hz",
            Every = 33_333_333,
            UpBytes = 64,
            DownBytes = 200,
            Duration = 20 * SimTime.Second,
            Deadline = 300 * Ms,
        });
        yield return Case(new GameSpec
        {
            Text = "game:0.5hz,10B/20B,1m,deadline=1s",
            Every = 2 * SimTime.Second,
            UpBytes = 10,
            DownBytes = 20,
            Duration = 60 * SimTime.Second,
            Deadline = SimTime.Second,
        });
        yield return Case(new ShortSpec { Text = "short:200x16KiB", Count = 200, Bytes = 16384, Every = 50 * Ms });
        yield return Case(new ShortSpec { Text = "short:1x1B,every=2s", Count = 1, Bytes = 1, Every = 2000 * Ms });
        yield return Case(new WebSpec { Text = "web", Objects = 90, Connections = 6, MeanBytes = 24 * 1024 });
        yield return Case(
            new WebSpec { Text = "web:7,size=1KB,conn=2", Objects = 7, Connections = 2, MeanBytes = 1000 });
        yield return Case(new WebSpec { Text = "web,conn=3", Objects = 90, Connections = 3, MeanBytes = 24 * 1024 });
        yield return Case(new IdleSpec { Text = "idle:60s", Duration = 60 * SimTime.Second, Count = 1 });
        yield return Case(new IdleSpec { Text = "idle:8s,n=100", Duration = 8 * SimTime.Second, Count = 100 });

        static TestCaseData Case(WorkloadSpec spec) => new TestCaseData(spec).SetArgDisplayNames(spec.Text);
    }

    [TestCaseSource(nameof(Accepted))]
    public void Is_understood(WorkloadSpec expected)
    {
        WorkloadSpec.TryParse(expected.Text, out WorkloadSpec? spec, out string? error).ShouldBeTrue(error);
        spec.ShouldBe(expected);
    }

    [Test]
    public void Several_at_once()
    {
        WorkloadSpec.TryParse("mixed:bulk:1MiB,up+echo:64B,n=2+idle:1s", out WorkloadSpec? spec, out _).ShouldBeTrue();
        MixedSpec mixed = spec.ShouldBeOfType<MixedSpec>();
        mixed.Parts.Select(part => part.Text).ShouldBe(["bulk:1MiB,up", "echo:64B,n=2", "idle:1s"]);
        (mixed.HasLatency, mixed.HasGoodput).ShouldBe((true, true));
    }

    [TestCase("bulk")]
    [TestCase("bulk:")]
    [TestCase("bulk:0B")]
    [TestCase("bulk:-1MiB")]
    [TestCase("bulk:1MiB,sideways")]
    [TestCase("bulk:1MiB,up,down")]
    [TestCase("bulk:1MiB,n=3")]
    [TestCase("echo")]
    [TestCase("echo:0B")]
    [TestCase("echo:2MiB")]
    [TestCase("echo:64B,n=0")]
    [TestCase("echo:64B,n=1.5")]
    [TestCase("echo:64B,n=100001")]
    [TestCase("echo:64B,every=0ms")]
    [TestCase("echo:64B,every=50")]
    [TestCase("echo:64B,n=1,n=2")]
    [TestCase("game")]
    [TestCase("game:30")]
    [TestCase("game:0hz")]
    [TestCase("game:1001hz")]
    [TestCase("game:30hz,64B")]
    [TestCase("game:30hz,0s")]
    [TestCase("game:30hz,deadline=0ms")]
    [TestCase("short:200")]
    [TestCase("short:0x1KiB")]
    [TestCase("short:2x1KiBx3")]
    [TestCase("web:0")]
    [TestCase("web:1,2")]
    [TestCase("web,conn=0")]
    [TestCase("idle")]
    [TestCase("idle:0s")]
    [TestCase("idle:60")]
    [TestCase("mixed:bulk:1MiB")]
    [TestCase("mixed:bulk:1MiB+")]
    [TestCase("mixed:bulk:1MiB+mixed:idle:1s+idle:1s")]
    public void Is_refused_with_the_form_it_should_have(string text)
    {
        WorkloadSpec.TryParse(text, out WorkloadSpec? spec, out string? error).ShouldBeFalse();
        spec.ShouldBeNull();
        string kind = text.Split(':', ',')[0];
        error.ShouldStartWith($"--workload {text}: write it as {kind}");
        error.ShouldNotContain('\n');
    }

    [TestCase("")]
    [TestCase("bluk:1MiB")]
    [TestCase("bluk,up")]
    [TestCase("Bulk:1MiB")]
    public void An_unknown_kind_gets_the_list_of_kinds(string text)
    {
        WorkloadSpec.TryParse(text, out _, out string? error).ShouldBeFalse();
        error.ShouldBe($"--workload {text}: unknown kind \"{text.Split(':', ',')[0]}\"; "
            + "there are bulk, echo, game, short, web, idle, tcp, mixed");
    }

    [Test]
    public void What_the_help_shows_is_understood()
    {
        foreach ((_, string syntax, _) in WorkloadParser.Kinds)
        {
            string full = syntax.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
                .Replace("|down", "", StringComparison.Ordinal);
            WorkloadSpec.TryParse(full, out _, out string? error).ShouldBeTrue(error);
            WorkloadSpec.TryParse(syntax.Split('[')[0], out _, out error).ShouldBeTrue(error);
        }
    }
}
