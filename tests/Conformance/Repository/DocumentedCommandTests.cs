using System.CommandLine;
using KcpTun.Bench;
using KcpTun.Cli;
using KcpTun.Conformance.Sim.Cli;
using KcpTun.Conformance.Support;
using KcpTun.Settings;
using KcpTun.Sim.Cli;

namespace KcpTun.Conformance.Repository;

/// <summary>Every command line in a document is one that its program understands.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class DocumentedCommandTests
{
    private static readonly string[] s_dotnetVerbs = ["build", "test", "run", "publish", "format"];

    private static readonly string[] s_dotnetSwitches =
        ["--no-build", "--no-restore", "--no-ansi", "--no-progress", "--verify-no-changes", "-warnaserror"];

    private static readonly string[] s_dotnetValues = ["-c", "-o", "-r", "--project", "--filter", "--include"];

    private static IEnumerable<TestCaseData> Commands() => DocumentedCommands.All()
        .Select(command => new TestCaseData(command).SetArgDisplayNames(command.ToString()));

    [TestCaseSource(nameof(Commands))]
    public void A_documented_command_is_understood(object command) => Check((DocumentedCommand)command);

    [Test]
    public void Commands_are_found_wherever_they_stand()
    {
        string text = """
            Type `kcptun client -h`, or `kcptun` itself:

                KCPTUN_KEY=x DIR/kcptun-server --listen :29900 \
                  --quiet   # a comment

            ```sh
            $ dotnet test -c Release
            wireshark r.pcapng
            ```
            """;
        DocumentedCommands.In("a.md", text).Select(command => command.ToString()).ShouldBe([
            "a.md:1 kcptun client -h", "a.md:3 kcptun-server --listen :29900 --quiet", "a.md:7 dotnet test -c Release",
        ]);
    }

    [TestCase("kcptun client --nosuchflag 1")]
    [TestCase("kcptun clientt")]
    [TestCase("kcptun server --sndwnd many")]
    [TestCase("kcptun-sim --los 30")]
    [TestCase("kcptun-sim rum --loss 30")]
    [TestCase("dotnet run -c Release --project src/Nowhere")]
    [TestCase("dotnet run --project src/KcpTun.Cli -- clientt")]
    [TestCase("dotnet publish src/KcpTun.Cli -q")]
    [TestCase("dotnet run --project bench/KcpTun.Bench -- report --rows nosuchrow")]
    public void A_wrong_command_is_noticed(string line)
    {
        DocumentedCommand command = DocumentedCommands.In("a.md", $"    {line}").ShouldHaveSingleItem();
        Should.Throw<ShouldAssertException>(() => Check(command));
    }

    private static void Check(DocumentedCommand command)
    {
        switch (command.Program)
        {
            case "dotnet":
                CheckDotnet(command);
                break;
            case "kcptun-sim":
                CheckSimulator(command);
                break;
            default:
                CheckTunnel(command);
                break;
        }
    }

    private static void CheckTunnel(DocumentedCommand command)
    {
        Invocation invocation = Invocation.Of(command.Program, command.Arguments);
        invocation.Command.ShouldNotBe(KcpTun.Cli.Command.Invalid, invocation.Error);
        if (invocation.Command is not (KcpTun.Cli.Command.Client or KcpTun.Cli.Command.Server))
            return;
        FlagSides side = invocation.Command == KcpTun.Cli.Command.Client ? FlagSides.Client : FlagSides.Server;
        ParsedFlags parsed = GoFlags.Parse(side, FlagTable.Defaults(side), invocation.Arguments);
        parsed.Error.ShouldBeNull($"{command}");
        parsed.Warnings.ShouldBeEmpty($"{command}");
    }

    private static void CheckSimulator(DocumentedCommand command)
    {
        SimEnvironment environment = new()
        {
            Output = TextWriter.Null,
            Error = TextWriter.Null,
            Version = "1",
            Execute = SimShell.Pretend,
        };
        RootCommand root = [];
        foreach (ISimCommand one in SimCommands.All)
            root.Add(one.Create(environment));
        string[] words = command.Arguments is [['-', ..], ..] and not ["-h" or "--help" or "--version", ..]
            ? ["run", .. command.Arguments]
            : [.. command.Arguments];
        ParseResult parsed = root.Parse([.. PlanOptions.Tie(words)], SimCommandLine.Parser);
        parsed.Errors.Select(error => error.Message).ShouldBeEmpty($"{command}");
    }

    private static void CheckDotnet(DocumentedCommand command)
    {
        string[] words = [.. command.Arguments.TakeWhile(word => word != "--")];
        words.ShouldNotBeEmpty($"{command}");
        s_dotnetVerbs.ShouldContain(words[0], $"{command}");
        string? project = null;
        for (int i = 1; i < words.Length; i++)
        {
            if (words[i].StartsWith("-p:", StringComparison.Ordinal) || s_dotnetSwitches.Contains(words[i]))
                continue;
            string value = words[i];
            if (value.StartsWith('-'))
            {
                s_dotnetValues.ShouldContain(value, $"{command}");
                (i + 1).ShouldBeLessThan(words.Length, $"{command}: {value} needs a value");
                value = words[++i];
                if (words[i - 1] != "--project")
                    continue;
            }

            project = value;
            Path.Exists(Path.Combine(RepositoryRoot.Path, project)).ShouldBeTrue($"{command}: no {project}");
        }

        string[] rest = [.. command.Arguments.SkipWhile(word => word != "--").Skip(1)];
        if (rest.Length > 0 && project is "src/KcpTun.Cli")
            CheckTunnel(command with { Program = "kcptun", Arguments = rest });
        if (rest.Length > 0 && project is "src/KcpTun.Sim")
            CheckSimulator(command with { Program = "kcptun-sim", Arguments = rest });
        if (rest.Length > 0 && project is "bench/KcpTun.Bench")
            BenchCommand.Create().Parse(rest).Errors.Select(error => error.Message).ShouldBeEmpty($"{command}");
    }
}
