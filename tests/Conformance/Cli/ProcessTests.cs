using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace KcpTun.Conformance.Cli;

/// <summary>The built program as a process: what only the operating system can show.</summary>
[Platform(Include = "Linux")]
internal sealed class ProcessTests
{
    // The last line of a server's start: from here on it hears every signal.
    private const string Started = "Listening on: ";

    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "KcpTun.Cli");
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private string _directory = "";

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("kcptun-process-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [TestCase("kcptun-client", "kcptun - client(with SMUX)")]
    [TestCase("kcptun-server", "kcptun - server(with SMUX)")]
    [TestCase("kcptun", "kcptun - a TCP tunnel over KCP(with SMUX)")]
    public async Task A_symbolic_link_chooses_the_command(string name, string expected)
    {
        string link = Path.Combine(_directory, name);
        File.CreateSymbolicLink(link, s_program);
        using Process process = Start(link, "-h");
        await LineAsync(process.StandardOutput, expected);
        await process.StandardOutput.ReadToEndAsync();
        await EndAsync(process);
        process.ExitCode.ShouldBe(0);
    }

    [Test]
    public async Task The_key_variable_may_be_empty()
    {
        using Process process = Start(s_program, "client --smuxver 9", ("KCPTUN_KEY", ""));
        await LineAsync(process.StandardError, "WARNING: --key is empty");
        await EndAsync(process);
        process.ExitCode.ShouldBe(1);
    }

    [TestCase("TERM")]
    [TestCase("INT")]
    public async Task A_signal_to_end_drains_and_ends_the_process_by_SIGTERM(string signal)
    {
        // The outer shell says "Terminated" of a child that ended by the signal and not by a status of 143.
        using Process shell = Shell(
            $"bash -c 'echo $$; exec {s_program} server --key k -l {FreeAddress()}'; echo \"ended $?\"");
        string pid = await StartedAsync(shell);
        await SendAsync(signal, pid);
        await LineAsync(shell.StandardError, "Terminated");
        await LineAsync(shell.StandardOutput, "ended 143");
        await EndAsync(shell);
    }

    [Test]
    public async Task SIGUSR1_logs_the_counters_and_the_process_goes_on()
    {
        using Process shell = Shell($"exec {s_program} server --key k -l {FreeAddress()}");
        await LineAsync(shell.StandardError, Started);
        string pid = shell.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await SendAsync("USR1", pid);
        await LineAsync(shell.StandardError, "KCP SNMP:&{BytesSent:0 BytesReceived:0 MaxConn:0 ");
        await SendAsync("USR1", pid);
        await LineAsync(shell.StandardError, "KCP SNMP:&{");
        shell.HasExited.ShouldBeFalse();
        await SendAsync("TERM", pid);
        await EndAsync(shell);
    }

    /// <remarks>Nothing tells from outside that a thread has begun, so this looks again and again.</remarks>
    [Test]
    public async Task Every_processor_has_a_thread_that_polls_sockets_and_runs_what_waits_for_them()
    {
        string local = Path.Combine(_directory, "local");
        using Process client = Start(s_program, $"client --key k -l {local} -r {FreeAddress()}");
        Stopwatch waiting = Stopwatch.StartNew();
        while (PollingThreads(client) < Environment.ProcessorCount && waiting.Elapsed < s_patience)
            await Task.Delay(10);
        PollingThreads(client).ShouldBe(Environment.ProcessorCount);
        client.Kill();
        await EndAsync(client);
    }

    private static int PollingThreads(Process process) =>
        Directory.GetDirectories($"/proc/{process.Id}/task")
            .Count(thread => File.ReadAllText(Path.Combine(thread, "comm")).Trim() == ".NET Sockets");

    private static string FreeAddress()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket.LocalEndPoint!.ToString()!;
    }

    private static async Task<string> StartedAsync(Process shell)
    {
        string? pid = await shell.StandardOutput.ReadLineAsync();
        await LineAsync(shell.StandardError, Started);
        return pid.ShouldNotBeNull();
    }

    private static async Task LineAsync(StreamReader reader, string text)
    {
        using CancellationTokenSource patience = new(s_patience);
        while (await reader.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }

        Assert.Fail($"the process ended without \"{text}\"");
    }

    private static async Task SendAsync(string signal, string pid)
    {
        using Process kill = Start("kill", $"-{signal} {pid}");
        await EndAsync(kill);
    }

    private static async Task EndAsync(Process process)
    {
        using CancellationTokenSource patience = new(s_patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Shell(string script) => Start("/bin/bash", ["-c", script]);

    private static Process Start(string program, string arguments, params (string Name, string Value)[] variables) =>
        Start(program, arguments.Split(' '), variables);

    private static Process Start(
        string program, string[] arguments, params (string Name, string Value)[] variables)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        foreach ((string name, string value) in variables)
            start.Environment[name] = value;
        return Process.Start(start).ShouldNotBeNull();
    }
}
