using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;

namespace KcpTun.Sim.Conform.Stages.Live;

/// <summary>A subject as a process.</summary>
internal sealed class SubjectProcess : IDisposable
{
    private const int PollMilliseconds = 5;
    private const int StopMilliseconds = 5000;
    private const int LastWordsMilliseconds = 500;
    private const int CounterMilliseconds = 1000;
    private const string CounterLine = "KCP SNMP:&{";

    private readonly Process _process;
    private readonly OutputTail _log;
    private readonly Action<string> _onFailure;
    private readonly CountdownEvent _openOutputs = new(2);
    private volatile bool _isStopping;

    private SubjectProcess(Process process, OutputTail log, Action<string> onFailure)
    {
        _process = process;
        _log = log;
        _onFailure = onFailure;
        process.OutputDataReceived += (_, line) => OnLine(line.Data);
        process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        process.Exited += (_, _) => OnExited();
        process.EnableRaisingEvents = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Starts a subject and waits until it has bound its port.</summary>
    /// <param name="log">Takes what it prints.</param>
    /// <param name="onFailure">Called, from any thread, if it does not start or ends by itself.</param>
    /// <returns>Null if it does not start.</returns>
    public static SubjectProcess? Start(
        Subject subject, SubjectSpec spec, int port, OutputTail log, Action<string> onFailure)
    {
        string part = spec.Role == SubjectRole.Server ? "server" : "client";
        if (!subject.Plays(spec.Role))
        {
            onFailure($"{subject.Name} has no command to start a {part}");
            return null;
        }

        List<string> command = [.. subject.Command(spec, port)];
        if (ProcessLauncher.Find(command[0], subject.Folder) is not { } program)
        {
            onFailure($"{command[0]}: there is no such program");
            return null;
        }

        command[0] = program;
        log.Begin(Plans.ShellWords.Join(command));
        try
        {
            var process = new SubjectProcess(ProcessLauncher.Start(command), log, onFailure);
            process.WaitForPort(spec.Role, port, subject.Ready);
            return process;
        }
        catch (Win32Exception e)
        {
            onFailure($"{program} cannot be started: {e.Message}");
            return null;
        }
    }

    /// <summary>The first line that a command prints; null if it prints none or cannot be started.</summary>
    public static string? FirstLine(IReadOnlyList<string> command, string folder)
    {
        if (command.Count == 0 || ProcessLauncher.Find(command[0], folder) is not { } program)
            return null;
        try
        {
            using Process process = ProcessLauncher.Start([program, .. command.Skip(1)]);
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(StopMilliseconds))
                process.Kill();
            string text = output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult();
            return text.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>SIGTERM, and after five seconds the end without asking.</summary>
    public void Stop()
    {
        _isStopping = true;
        if (_process.HasExited)
            return;
        if (OperatingSystem.IsWindows())
            _process.Kill();
        else
            Signals.SendTerminate(_process.Id);
        if (_process.WaitForExit(StopMilliseconds))
            return;
        _log.Add($"(still there after {StopMilliseconds} ms: killed)");
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit(StopMilliseconds);
    }

    /// <summary>A counter as it logs them on SIGUSR1; null if it does not.</summary>
    public long? Counter(string name)
    {
        if (OperatingSystem.IsWindows() || _process.HasExited)
            return null;
        // The line has one name that differs from the CSV's.
        string field = name == "FECFullShards" ? "FECFullShardSet" : name;
        int before = _log.With(CounterLine).Count;
        Signals.SendUser(_process.Id);
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < CounterMilliseconds)
        {
            IReadOnlyList<string> lines = _log.With(CounterLine);
            if (lines.Count > before)
                return Field(lines[^1], field);
            Thread.Sleep(1);
        }

        return null;
    }

    public void Dispose()
    {
        _isStopping = true;
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(StopMilliseconds);
        }

        _process.Dispose();
    }

    private static long? Field(string line, string name)
    {
        string fields = line[(line.IndexOf(CounterLine, StringComparison.Ordinal) + CounterLine.Length)..];
        foreach (string field in fields.TrimEnd('}').Split(' '))
        {
            if (field.StartsWith(name + ":", StringComparison.Ordinal)
                && long.TryParse(field[(name.Length + 1)..], CultureInfo.InvariantCulture, out long value))
                return value;
        }

        return null;
    }

    private void WaitForPort(SubjectRole role, int port, TimeSpan limit)
    {
        long start = Stopwatch.GetTimestamp();
        while (!IsBound(role, port))
        {
            if (_process.HasExited)
            {
                // The event comes when it comes; whoever starts a subject wants to know now.
                OnExited();
                return;
            }

            if (Stopwatch.GetElapsedTime(start) > limit)
            {
                string kind = role == SubjectRole.Server ? "UDP" : "TCP";
                _onFailure($"it has not bound {kind} port {port} after {limit.TotalMilliseconds:0} ms{Gist()}");
                return;
            }

            Thread.Sleep(PollMilliseconds);
        }
    }

    private static bool IsBound(SubjectRole role, int port)
    {
        var properties = IPGlobalProperties.GetIPGlobalProperties();
        IPEndPoint[] bound = role == SubjectRole.Server
            ? properties.GetActiveUdpListeners()
            : properties.GetActiveTcpListeners();
        return bound.Any(local => local.Port == port && !local.Address.Equals(PortClaim.GuardAddress));
    }

    private void OnLine(string? line)
    {
        if (line is not null)
            _log.Add(line);
        else
            _openOutputs.Signal();
    }

    private void OnExited()
    {
        if (_isStopping)
            return;
        try
        {
            int code = _process.ExitCode;
            // Its last words are wanted in the message; a child of its own may keep the output open, though.
            _openOutputs.Wait(LastWordsMilliseconds);
            _onFailure($"it ended by itself with exit code {code}{Gist()}");
        }
        catch (InvalidOperationException)
        {
            // The stage has been disposed meanwhile.
        }
    }

    private string Gist() => $"; it printed:\n{_log.Gist()}";
}
