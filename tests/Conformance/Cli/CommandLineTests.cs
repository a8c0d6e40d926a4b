using KcpTun.Cli;
using KcpTun.Conformance.Cli.Support;

namespace KcpTun.Conformance.Cli;

internal sealed class CommandLineTests
{
    [TestCase("kcptun", "client -l x", Command.Client, "-l x")]
    [TestCase("kcptun", "server", Command.Server, "")]
    [TestCase("kcptun", "demo --fast", Command.Demo, "--fast")]
    [TestCase("kcptun", "help client", Command.Help, "client")]
    [TestCase("kcptun", "-h", Command.Help, "")]
    [TestCase("kcptun", "--version", Command.Version, "")]
    [TestCase("/usr/bin/kcptun-client", "-l x", Command.Client, "-l x")]
    [TestCase("./kcptun-server", "server", Command.Server, "server")]
    [TestCase("kcptun-client.exe", "-v", Command.Client, "-v")]
    [TestCase("/opt/KcpTun.Cli", "server -t x", Command.Server, "-t x")]
    public void The_command_is_the_name_of_the_program_or_the_first_word(
        string program, string line, Command command, string rest)
    {
        Invocation invocation = Invocation.Of(program, line.Split(' '));
        invocation.Command.ShouldBe(command);
        string.Join(' ', invocation.Arguments).ShouldBe(rest);
    }

    [TestCase("clinet", "Incorrect Usage. no command \"clinet\"; did you mean kcptun client?")]
    [TestCase("xyz", "Incorrect Usage. no command \"xyz\"; see kcptun -h")]
    [TestCase("-l", "Incorrect Usage. a command comes before the flags: kcptun client -l or kcptun server -l")]
    public async Task An_unknown_command_is_one_line_and_status_2(string word, string expected)
    {
        using CliRun run = new();
        (await run.RunAsync(word, "x")).ShouldBe(2);
        run.Error.Lines.ShouldBe([expected]);
    }

    [Test]
    public async Task No_command_is_one_line_and_status_2()
    {
        using CliRun run = new();
        (await run.RunAsync()).ShouldBe(2);
        run.Error.Lines.ShouldHaveSingleItem().ShouldContain("kcptun client");
    }

    [TestCase("-v")]
    [TestCase("client -v")]
    [TestCase("server --version")]
    [TestCase("client -v extra")]
    [TestCase("client --mtu 5 -v")]
    public async Task The_version_is_printed_as_kcptun_prints_it(string line)
    {
        using CliRun run = new();
        (await run.RunAsync(line.Split(' '))).ShouldBe(0);
        run.Output.ShouldBe("kcptun version TEST\n");
    }

    [TestCase("client -h", "kcptun - client(with SMUX)")]
    [TestCase("client --help", "kcptun - client(with SMUX)")]
    [TestCase("client -v -h", "kcptun - client(with SMUX)")]
    [TestCase("client -l x help", "kcptun - client(with SMUX)")]
    [TestCase("help client", "kcptun - client(with SMUX)")]
    [TestCase("server -help", "kcptun - server(with SMUX)")]
    [TestCase("help server", "kcptun - server(with SMUX)")]
    [TestCase("help", "kcptun - a TCP tunnel over KCP(with SMUX)")]
    public async Task Help_begins_as_in_kcptun(string line, string name)
    {
        using CliRun run = new();
        (await run.RunAsync(line.Split(' '))).ShouldBe(0);
        run.Output.ShouldStartWith($"NAME:\n   {name}\n\nUSAGE:\n");
        run.Error.Lines.ShouldBeEmpty();
    }

    [TestCase("client")]
    [TestCase("server")]
    public async Task Help_has_every_line_of_kcptun_but_the_reworded(string side)
    {
        string[] reworded = ["--mode", "--tcp", "--pprof", "--ratelimit"];
        using CliRun run = new();
        await run.RunAsync(side, "-h");
        string[] lines = run.Output.Split('\n');
        IEnumerable<string> expected = RepositoryFiles.ReferenceLines($"{side}-20260314.help.txt")
            .Where(line => line.StartsWith("   -", StringComparison.Ordinal))
            .Where(line => !reworded.Any(flag => line.Contains($"{flag} ", StringComparison.Ordinal)));
        foreach (string line in expected)
            lines.ShouldContain(line);
        lines.SkipWhile(line => line != "ADDITIONS (not in kcptun):")
            .Count(line => line.StartsWith("   -", StringComparison.Ordinal))
            .ShouldBe(2);
    }

    [Test]
    public async Task Hidden_flags_are_not_in_the_help()
    {
        using CliRun run = new();
        await run.RunAsync("client", "-h");
        run.Output.ShouldNotContain("acknodelay");
        run.Output.ShouldNotContain("--interval");
    }
}
