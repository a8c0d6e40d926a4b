using System.Text;
using KcpTun.Settings;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Tuning;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Sim.Tuning;

/// <summary>What <c>tune</c> prints is understood by the program, and means what was simulated.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TunedEndTests
{
    private static readonly Candidate[] s_candidates =
    [
        new("fast3", "fast3", new FecShards(10, 3), 512, 0),
        new("normal", "normal", default, 1024, 0),
        new("fast2", "fast2", new FecShards(5, 5), 8192, 16 << 20),
        new("auto", "auto", default, 0, 0),
        new("auto", "fast3", new FecShards(10, 3), 2048, 4 << 20),
        new("fast", "auto", new FecShards(1, 1), 128, 0),
    ];

    private static IEnumerable<TestCaseData> Cases() =>
        from candidate in s_candidates
        from flags in new[] { "", "--crypt salsa20 --nocomp --mtu 1200", "--client '--dscp 46'" }
        select new TestCaseData(candidate, flags).SetArgDisplayNames(candidate.Name, flags);

    [TestCaseSource(nameof(Cases))]
    public void Command_lines_and_files_mean_what_was_simulated(object setting, string flags)
    {
        Variant variant = VariantOf((Candidate)setting, flags);
        foreach (TunePeer peer in Enum.GetValues<TunePeer>())
        {
            IReadOnlyList<TunedEnd> ends = Tuner.Ends(variant, peer);
            Check(OptionsReader.Server(ends[0].Words()), variant.Server);
            Check(OptionsReader.Client(ends[1].Words()), variant.Client);
            Check(OptionsReader.Server(FromFile(FlagSides.Server, ends[0])), variant.Server);
            Check(OptionsReader.Client(FromFile(FlagSides.Client, ends[1])), variant.Client);
        }
    }

    [Test]
    public void A_shell_line_is_the_program_and_its_words()
    {
        TunedEnd end = Tuner.Ends(VariantOf(s_candidates[0], ""), TunePeer.GoClient)[1];
        ShellWords.TrySplit(end.Line(), out IReadOnlyList<string> words).ShouldBeTrue();
        words.ShouldBe([.. end.Program, .. end.Words()]);
        end.Program.ShouldBe(["kcptun-client"]);
    }

    [TestCaseSource(nameof(Cases))]
    public void A_Go_end_gets_no_flag_that_Go_lacks(object setting, string flags)
    {
        var candidate = (Candidate)setting;
        Variant variant = VariantOf(candidate, flags);
        foreach (TunedEnd end in Tuner.Ends(variant, candidate.Server == "auto" ? TunePeer.GoClient : TunePeer.GoServer)
            .Where(end => end.IsGo && !(candidate.HasAuto && !candidate.IsOneSided)))
        {
            FlagSides side = end.IsClient ? FlagSides.Client : FlagSides.Server;
            foreach (string word in end.Words().Where(word => word.StartsWith("--", StringComparison.Ordinal)))
                FlagTable.ByName(side, word[2..])!.IsAddition.ShouldBeFalse(word);
            end.Words().ShouldNotContain("auto");
            end.Words().ShouldContain("--smuxver");
        }
    }

    private static void Check<T>(OptionsReading<T> read, T simulated)
        where T : TunnelOptions
    {
        read.Errors.ShouldBeEmpty();
        read.Warnings.ShouldBeEmpty();
        Comparable(read.Options).ShouldBe(Comparable(simulated));
    }

    /// <summary>Without the addresses and the few settings that the simulator has for itself.</summary>
    private static TunnelOptions Comparable(TunnelOptions options)
    {
        options = options with { Key = "", Quiet = false };
        return options switch
        {
            ClientOptions client => client with { LocalAddr = "", RemoteAddr = "", CloseWait = 0 },
            ServerOptions server => server with { Listen = "", Target = "", CloseWait = 0 },
            _ => options,
        };
    }

    /// <summary>The words that say what the file says, by way of the program's own reader of files.</summary>
    private static IReadOnlyList<string> FromFile(FlagSides side, TunedEnd end)
    {
        byte[] json = Encoding.UTF8.GetBytes(end.Json());
        ConfigResult read = JsonConfig.Apply(side, FlagTable.Defaults(side), "x.json", json);
        read.Error.ShouldBeNull();
        read.Warnings.ShouldBeEmpty();
        return [.. FlagTable.Of(side).Where(flag => flag.JsonKey is not null).Select(flag =>
        {
            FlagValue value = flag.Read(read.Settings);
            string text = flag.Kind switch
            {
                FlagKind.Integer => FormattableString.Invariant($"{value.Number}"),
                FlagKind.Boolean => value.Truth ? "true" : "false",
                _ => value.Text,
            };
            return $"--{flag.Name}={text}";
        })];
    }

    private static Variant VariantOf(Candidate candidate, string flags)
    {
        PlanArguments given = SimTest.Experiment($"{flags} --mode fast --fec 0/0").Arguments;
        PlanBuilder.TryBuild(candidate.Apply(given), out ExperimentPlan? plan, out _, out string? error)
            .ShouldBeTrue(error);
        return plan!.Variants.ShouldHaveSingleItem();
    }
}
