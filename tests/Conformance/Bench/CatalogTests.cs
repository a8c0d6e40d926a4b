using System.CommandLine;
using KcpTun.Bench;
using KcpTun.Bench.EndToEnd;
using KcpTun.GoInterop;

namespace KcpTun.Conformance.Bench;

/// <summary>What can be measured, and what is asked for, fit each other.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CatalogTests
{
    private static readonly Effort s_effort = new()
    {
        Bytes = 1 << 20,
        Echoes = 1,
        Busy = TimeSpan.FromSeconds(1),
        Quiet = TimeSpan.FromSeconds(1),
    };

    [Test]
    public void Every_figure_has_its_scenario_and_every_scenario_a_figure() =>
        ScenarioCatalog.Create(s_effort, includesMixedPairs: true).Select(scenario => scenario.Id)
            .ShouldBe(FigureCatalog.All.Select(figure => figure.Scenario).Distinct(), ignoreOrder: true);

    [Test]
    public void No_figure_is_there_twice() =>
        FigureCatalog.All.Select(figure => (figure.Scenario, figure.Metric, figure.Ours, figure.Build, figure.Row))
            .ShouldBeUnique();

    [Test]
    public void Rows_need_only_their_own_scenarios()
    {
        Settings("--rows cpu").Scenarios().Select(scenario => scenario.Id).ShouldBe(["goodput"]);
        Settings("--rows echo,start").Scenarios().Select(scenario => scenario.Id).ShouldBe(["echo", "start"]);
        Settings("--rows matrix --fec 10/3 --ciphers aes,none --streams 1,16 --windows 128,1024")
            .Scenarios().Count.ShouldBe(8);
    }

    [Test]
    public void Every_build_takes_the_place_of_ours_once()
    {
        ReportSettings settings = Settings("--builds jit,aot --pairs ours:ours,ours:go-new,go-new:go-new");
        settings.Pairs.Select(pair => pair.ToString()).ShouldBe([
            "go-20260314->go-20260314", "ours-jit->ours-jit", "ours-aot->ours-aot", "ours-jit->go-20260314",
            "ours-aot->go-20260314",
        ]);
    }

    [Test]
    public void Mixed_pairs_take_part_only_where_their_row_is_asked_for()
    {
        Pair mixed = Settings("--pairs ours:go-new --builds jit").Pairs[1];
        Settings("--rows goodput").Scenarios().Single().TakesPart(mixed).ShouldBeFalse();
        Settings("--rows peers").Scenarios().Single().TakesPart(mixed).ShouldBeTrue();
    }

    [Test]
    public void The_old_release_is_not_asked_for_a_cipher_it_lacks()
    {
        Pair old = new(Implementation.GoOld, Implementation.GoOld);
        Settings("--rows ciphers").Scenarios().Where(scenario => scenario.TakesPart(old))
            .Select(scenario => scenario.Id).ShouldBe([ScenarioCatalog.NoCipher, ScenarioCatalog.Salsa]);
    }

    [TestCase("--rows nosuchrow")]
    [TestCase("--builds debug")]
    [TestCase("--fec 10")]
    [TestCase("--windows 0")]
    [TestCase("--rounds -1")]
    [TestCase("--mib 0")]
    [TestCase("--pairs ours")]
    public void A_wrong_option_is_refused(string options) =>
        BenchCommand.Create().Parse($"report {options}").Errors.ShouldNotBeEmpty();

    [Test]
    public void A_wrong_link_is_named() =>
        Settings("--links rtt=50+los=1").Matrix.Validate().ShouldNotBeNull().ShouldStartWith("--links rtt=50+los=1:");

    private static ReportSettings Settings(string options)
    {
        var all = new ReportOptions();
        var command = new RootCommand();
        foreach (Option option in all.All)
            command.Options.Add(option);
        ParseResult parsed = command.Parse(options);
        parsed.Errors.ShouldBeEmpty();
        return all.Read(parsed);
    }
}
