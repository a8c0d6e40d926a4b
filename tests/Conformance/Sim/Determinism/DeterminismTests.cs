using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Determinism;

/// <summary>The same plan gives the same trace hash, whatever surrounds it.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class DeterminismTests
{
    private const string Line =
        "--loss 10 --rtt 60 --jitter 15ms,normal,reorder --dup 2 --mode normal,fast3 --fec 0/0,10/3 "
        + "--workload bulk:256KiB --workload echo:64B,n=20 --seed 7 --seeds 1";

    private static readonly Lazy<string> s_expected = new(() => Execute(1));

    private static IEnumerable<TestCaseData> Surroundings()
    {
        yield return Case("as it is");
        yield return Case("without tiers", "DOTNET_TieredCompilation=0");
        yield return Case("without dynamic profiles", "DOTNET_TieredPGO=0");
        yield return Case("with dynamic profiles", "DOTNET_TieredPGO=1");
        yield return Case("without AVX2", "DOTNET_EnableAVX2=0");
        yield return Case("without any vector instructions", "DOTNET_EnableHWIntrinsic=0");
        yield return Case("without precompiled code", "DOTNET_ReadyToRun=0", "DOTNET_TC_QuickJitForLoops=0");
        yield return Case("with one worker", "jobs=1");
        yield return Case("with two workers", "jobs=2");
        yield return Case("in German in India", "LANG=de_DE.UTF-8", "LC_ALL=de_DE.UTF-8", "TZ=Asia/Kolkata");
        yield return Case("in Turkish, with its culture", "LC_ALL=tr_TR.UTF-8",
            "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0");
        yield return Case("in another directory", "directory=/");
        yield return Case("with a server's garbage collector", "DOTNET_gcServer=1");

        static TestCaseData Case(string name, params string[] settings) =>
            new TestCaseData((object)settings).SetArgDisplayNames(name);
    }

    private static string Execute(int threads) => Experiment.Run(
        SimTest.Experiment(Line),
        new RunPool<SimPlan, RunResult>(plan => SimRun.Execute(plan), threads),
        null,
        CancellationToken.None)
        .TraceHash;

    [Test]
    public void Twice_in_one_process_and_by_any_number_of_threads()
    {
        foreach (int threads in new[] { 1, 1, 2, 5 })
            Execute(threads).ShouldBe(s_expected.Value);
    }

    [Test]
    public void Whoever_watches_changes_nothing()
    {
        SimPlan plan = SimTest.Single("--mode fast2 --fec 10/3 --loss 10 --rtt 60 --workload bulk:128KiB");
        SimRun.Execute(plan, new SegmentLog()).TraceHash.ShouldBe(SimRun.Execute(plan).TraceHash);
    }

    [Test]
    public void What_ran_before_changes_nothing()
    {
        SimPlan plan = SimTest.Single("--mode fast2 --fec 10/3 --loss 10 --rtt 60 --workload bulk:128KiB");
        string alone = SimRun.Execute(plan).TraceHash;
        SimRun.Execute(SimTest.Single("--mode fast --fec 0/0 --tuncrypt --QPP --workload web:20 --loss 3"));
        SimRun.Execute(plan).TraceHash.ShouldBe(alone);
    }

    [Test]
    public void Another_culture_in_this_process_changes_nothing()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NegativeSign) = (",", "−");
        try
        {
            CultureInfo.CurrentCulture = comma;
            Execute(1).ShouldBe(s_expected.Value);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Test]
    public void Another_seed_changes_everything() =>
        SimRun.Execute(SimTest.Single("--mode fast --fec 0/0 --workload bulk:8KiB --seed 1")).TraceHash.ShouldNotBe(
            SimRun.Execute(SimTest.Single("--mode fast --fec 0/0 --workload bulk:8KiB --seed 2")).TraceHash);

    [TestCaseSource(nameof(Surroundings))]
    public void A_process_of_its_own_finds_the_same(string[] settings)
    {
        string executable = Path.Combine(
            RepositoryRoot.Path, "artifacts", "bin", "KcpTun.Sim", "release",
            RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "KcpTun.Sim.exe" : "KcpTun.Sim");
        Assume.That(File.Exists(executable), $"{executable} is not built");
        ShellWords.TrySplit(Line, out IReadOnlyList<string> words).ShouldBeTrue();
        var start = new ProcessStartInfo(executable, ["run", .. words, "--json", "-"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string setting in settings)
            Apply(start, setting);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using JsonDocument result = JsonDocument.Parse(process.StandardOutput.ReadToEnd());
        process.WaitForExit(30_000).ShouldBeTrue();
        process.ExitCode.ShouldBe(0, errors.Result);
        result.RootElement.GetProperty("traceHash").GetString().ShouldBe(s_expected.Value, $"kcptun-sim run {Line}");
    }

    private static void Apply(ProcessStartInfo start, string setting)
    {
        string[] halves = setting.Split('=');
        if (halves[0] == "jobs")
        {
            start.ArgumentList.Add("--jobs");
            start.ArgumentList.Add(halves[1]);
        }
        else if (halves[0] == "directory")
        {
            start.WorkingDirectory = halves[1];
        }
        else
        {
            start.Environment[halves[0]] = halves[1];
        }
    }
}
