using System.Net.Sockets;
using KcpTun.Cli;
using KcpTun.Conformance.Cli.Support;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Cli;

internal sealed class LauncherTests
{
    private const string OddOptions =
        "--key k --crypt nonsense --mode manual --QPP --QPPCount 8 --conn 3 --autoexpire 5 --scavengettl 6 --mtu 2000 "
        + "--ratelimit -7 --sndwnd 10 --rcvwnd 11 --ds 3 --ps 2 --dscp 46 --nocomp --acknodelay --nodelay 1 "
        + "--interval 15 --resend 2 --nc 1 --sockbuf 1 --smuxver 1 --smuxbuf 9 --framesize 7 --streambuf 8 "
        + "--keepalive 9 --closewait 1 --snmplog ./x --snmpperiod 5 --quiet";

    private string _directory = "";

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("kcptun-cli-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public async Task A_client_prints_the_lines_of_kcptun()
    {
        using CliRun run = new();
        (await run.RunAsync("client", "-l", "127.0.0.1:23917", "-r", "127.0.0.1:23918")).ShouldBe(0);
        Started(run).ShouldBe(Expected("client-20260314.start.txt"));
    }

    [Test]
    public async Task A_server_prints_the_lines_of_kcptun()
    {
        using CliRun run = new();
        (await run.RunAsync("server", "-l", "127.0.0.1:23918", "-t", "127.0.0.1:23917")).ShouldBe(0);
        Started(run).ShouldBe(Expected("server-20260314.start.txt"));
    }

    [Test]
    public async Task Odd_options_print_as_in_kcptun()
    {
        using CliRun run = new();
        string line = $"client -l 127.0.0.1:23917 -r 127.0.0.1:23918 {OddOptions}";
        (await run.RunAsync(line.Split(' '))).ShouldBe(0);
        Started(run).ShouldBe(Expected("client-odd-20260314.start.txt"));
        run.Output.ShouldBe(string.Concat(
            RepositoryFiles.ReferenceLines("client-odd-20260314.stdout.txt").Select(text => $"{text}\n")));
    }

    [Test]
    public async Task Warnings_on_a_terminal_are_red()
    {
        using CliRun run = new() { OutputIsTerminal = true };
        await run.RunAsync("client", "--QPP", "--key", new string('k', 211), "--QPPCount", "4");
        run.Output.ShouldBe(
            "\u001b[31mQPP Warning: QPPCount 4, required 7 at least\u001b[0m\n"
            + "\u001b[31mQPP Warning: QPPCount 4, choose a prime number for security\u001b[0m\n");
    }

    [Test]
    public async Task Additions_print_only_when_they_are_on()
    {
        using CliRun run = new();
        await run.RunAsync("server", "--key", "k", "--tuncrypt");
        run.Effective.ShouldNotBeNull().TunCrypt.ShouldBeTrue();
        run.Error.Messages.ShouldContain("tuncrypt: true");
    }

    [TestCase(null, "", "", "it's a secrect")]
    [TestCase("env", "", "", "env")]
    [TestCase("", "", "", "")]
    [TestCase("env", "flag", "", "flag")]
    [TestCase("env", "flag", "json", "json")]
    [TestCase("env", "", "json", "json")]
    public async Task Json_wins_over_flags_over_the_variable_over_the_default(
        string? variable, string flag, string json, string expected)
    {
        string path = WriteConfig(json.Length == 0 ? "{}" : $"{{\"key\":\"{json}\"}}");
        using CliRun run = new() { KeyVariable = variable };
        string[] words = flag.Length == 0 ? ["client", "-c", path] : ["client", "-c", path, "--key", flag];
        (await run.RunAsync(words)).ShouldBe(0);
        run.Effective.ShouldNotBeNull().Key.ShouldBe(expected);
    }

    [Test]
    public async Task The_profile_of_the_mode_wins_over_json()
    {
        using CliRun run = new();
        string path = WriteConfig("""{"interval":77,"mode":"fast2","mtu":1100}""");
        await run.RunAsync("client", "--key", "k", "-c", path, "--interval", "88", "--mtu", "1200", "--resend", "9");
        TunnelOptions options = run.Effective.ShouldNotBeNull();
        (options.Interval, options.Resend, options.Mtu).ShouldBe((20, 2, 1100));
    }

    [Test]
    public async Task An_empty_config_path_is_no_config()
    {
        using CliRun run = new();
        (await run.RunAsync("client", "--key", "k", "-c", "")).ShouldBe(0);
    }

    [Test]
    public async Task A_missing_config_is_one_line_and_status_255()
    {
        using CliRun run = new();
        (await run.RunAsync("server", "-c", "/nonexistent/c.json")).ShouldBe(255);
        run.Error.Messages.ShouldBe(["open /nonexistent/c.json: no such file or directory"]);
        run.Effective.ShouldBeNull();
    }

    [Test]
    public async Task A_directory_as_config_is_named()
    {
        using CliRun run = new();
        (await run.RunAsync("server", "-c", _directory)).ShouldBe(255);
        run.Error.Messages.ShouldBe([$"open {_directory}: is a directory"]);
    }

    [Test]
    public async Task Malformed_json_is_one_line_and_status_255()
    {
        using CliRun run = new();
        string path = WriteConfig("{\n \"mtu\": \"1200\"}");
        (await run.RunAsync("server", "-c", path)).ShouldBe(255);
        run.Error.Messages.ShouldBe(
        [
            $"{path}: line 2, column 9: \"mtu\": json: cannot unmarshal string into Go struct field mtu of type int; "
                + "write the number without quotes",
        ]);
    }

    [Test]
    public async Task A_config_of_unreasonable_size_is_refused()
    {
        using CliRun run = new();
        string path = WriteConfig(new string(' ', (1 << 20) + 1));
        (await run.RunAsync("server", "-c", path)).ShouldBe(255);
        run.Error.Messages.ShouldHaveSingleItem().ShouldContain("larger than 1048576 bytes");
    }

    [Test]
    public async Task Warnings_come_before_the_version_and_once_each()
    {
        using CliRun run = new();
        string path = WriteConfig("""{"mtus":1}""");
        await run.RunAsync("client", "--key", "k", "-c", path, "--crypt", "eas", "extra");
        run.Error.Messages.Take(4).ShouldBe(
        [
            "WARNING: \"extra\" is no flag: it and everything after it is ignored, as in kcptun",
            $"WARNING: {path}: line 1, column 2: unknown key \"mtus\" is ignored, as in kcptun; did you mean \"mtu\"?",
            "WARNING: --crypt eas is no cipher, so aes is used, as in kcptun; did you mean aes?",
            "version: TEST",
        ]);
        run.Error.Messages.ShouldContain("encryption: eas");
    }

    [Test]
    public async Task Fatal_options_end_the_start_with_status_1()
    {
        using CliRun run = new();
        (await run.RunAsync("client", "--key", "k", "--smuxver", "3", "--logformat", "xml")).ShouldBe(1);
        run.Error.Messages.ShouldBe(
        [
            "unsupported smux version:3 (--smuxver must be 1 or 2)",
            "--logformat xml: no such format; use one of go, text, json",
        ]);
        run.Effective.ShouldBeNull();
    }

    [Test]
    public async Task A_usage_error_is_one_line_and_status_2()
    {
        using CliRun run = new();
        (await run.RunAsync("client", "--mtus", "1")).ShouldBe(2);
        run.Error.Lines.ShouldBe(["Incorrect Usage. flag provided but not defined: -mtus; did you mean --mtu?"]);
        run.Output.ShouldBeEmpty();
    }

    [Test]
    public async Task The_log_file_takes_over_after_the_warnings_which_go_to_both()
    {
        using CliRun run = new();
        string log = Path.Combine(_directory, "a.log");
        (await run.RunAsync("client", "--key", "k", "--log", log, "--dscp", "64")).ShouldBe(0);
        run.Error.Messages.ShouldHaveSingleItem().ShouldStartWith("WARNING: --dscp 64");
        string[] lines = File.ReadAllLines(log);
        lines[0].ShouldStartWith("2026/03/14 09:26:53 WARNING: --dscp 64");
        lines[1].ShouldBe("2026/03/14 09:26:53 version: TEST");
        lines[^1].ShouldBe("2026/03/14 09:26:53 key derivation done");
    }

    [Test]
    public async Task A_log_file_that_cannot_be_opened_is_one_line_and_status_255()
    {
        using CliRun run = new();
        (await run.RunAsync("client", "--key", "k", "--log", "/nonexistent/x")).ShouldBe(255);
        run.Error.Messages.ShouldBe(["open /nonexistent/x: no such file or directory"]);
    }

    [Test]
    public async Task A_listener_that_cannot_be_bound_is_one_line_and_status_255()
    {
        using CliRun run = new() { ListenFailure = new SocketException((int)SocketError.AddressAlreadyInUse) };
        (await run.RunAsync("client", "--key", "k", "-l", "127.0.0.1:23917")).ShouldBe(255);
        run.Error.Messages.ShouldBe(["version: TEST", "listen 127.0.0.1:23917: Address already in use"]);
    }

    [Test]
    public async Task A_failing_tunnel_is_one_line_without_a_stack_trace()
    {
        using CliRun run = new() { Body = _ => throw new InvalidOperationException("broken\nbadly") };
        (await run.RunAsync("client", "--key", "k")).ShouldBe(1);
        run.Error.Messages[^1].ShouldBe("InvalidOperationException: broken badly");
    }

    [Test]
    public async Task Keys_are_derived_between_their_two_lines()
    {
        using CliRun run = new();
        await run.RunAsync("client", "--key", "k");
        run.Error.Messages.TakeLast(3).ShouldBe(["initiating key derivation", "(deriving)", "key derivation done"]);
    }

    [Test]
    public async Task The_signal_for_counters_logs_them()
    {
        using CliRun run = new() { Body = tunnel => Counters(tunnel.Run) };
        (await run.RunAsync("server", "--key", "k")).ShouldBe(4);
        run.Error.Messages[^1].ShouldStartWith("KCP SNMP:&{BytesSent:7 BytesReceived:0 ");
        run.CountersRequested.ShouldBeNull();

        static Task<int> Counters(CliRun run)
        {
            run.CountersRequested.ShouldNotBeNull()();
            return Task.FromResult(4);
        }
    }

    [Test]
    public async Task Counters_are_written_while_the_tunnel_runs()
    {
        string path = Path.Combine(_directory, "snmp-2006.csv");
        using CliRun run = new() { Body = WaitAsync };
        await run.RunAsync("server", "--key", "k", "--snmplog", path, "--snmpperiod", "5");
        File.ReadAllLines(Path.Combine(_directory, "snmp-2026.csv")).Length.ShouldBe(2);

        static async Task<int> WaitAsync(CliRun.FakeTunnel tunnel)
        {
            // The records' and the memory's.
            await tunnel.Run.Time.WaitForTimersAsync(2);
            tunnel.Run.Time.Advance(TimeSpan.FromSeconds(5));
            await tunnel.Run.Time.WaitForTimersAsync(2);
            return 0;
        }
    }

    [Test]
    public async Task Pprof_says_how_to_trace_instead()
    {
        using CliRun run = new();
        (await run.RunAsync("client", "--key", "k", "--pprof")).ShouldBe(0);
        string pid = Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        run.Error.Messages[^1].ShouldBe(
            $"pprof: there is no server on :6060; trace this process with: dotnet-trace collect -p {pid}, "
            + $"watch it with: dotnet-counters monitor -p {pid}");
        KcpTun.Cli.Diagnostics.TraceAdvice.Line(7, isNative: true).ShouldEndWith("perf record -g -p 7");
    }

    private static string[] Expected(string reference) =>
    [
        .. RepositoryFiles.ReferenceLines(reference)
            .Select(line => line == "version: SELFBUILD" ? "version: TEST" : line),
    ];

    private static string[] Started(CliRun run) =>
    [
        .. run.Error.Messages
            .Where(line => !line.StartsWith("WARNING", StringComparison.Ordinal) && line != "(deriving)"),
    ];

    private string WriteConfig(string json)
    {
        string path = Path.Combine(_directory, "c.json");
        File.WriteAllText(path, json);
        return path;
    }
}
