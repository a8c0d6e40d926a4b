using System.Diagnostics;
using System.Globalization;

namespace KcpTun.GoInterop.Processes;

/// <summary>A running client or server of some implementation.</summary>
public sealed class TunnelProcess : IAsyncDisposable
{
    /// <summary>The last line of the start-up that both releases and both ends print (OPTIONS §3).</summary>
    private const string ReadyLine = "key derivation done";

    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(1);

    private readonly Process _process;
    private readonly IReadOnlyList<string> _command;

    private TunnelProcess(Process process, IReadOnlyList<string> command)
    {
        _process = process;
        _command = command;
        process.OutputDataReceived += (_, line) => AppendText(line.Data);
        process.ErrorDataReceived += (_, line) => Output.Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it prints; the end of its standard error ends it.</summary>
    public OutputLog Output { get; } = new();

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it is gone.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a client and waits until it accepts connections.</summary>
    public static Task<TunnelProcess> StartClientAsync(
        Implementation implementation, IEnumerable<string> flags, CancellationToken cancellationToken) =>
        StartAsync([.. implementation.ClientCommand, .. flags], [], cancellationToken);

    /// <summary>Starts a server and waits until it has bound its UDP ports.</summary>
    /// <param name="implementation">What to start.</param>
    /// <param name="flags">The command line after program and verb.</param>
    /// <param name="udpPorts">The ports to wait for: release 20210922 prints nothing when it has bound them.</param>
    /// <param name="cancellationToken">Ends the wait and the process.</param>
    public static Task<TunnelProcess> StartServerAsync(
        Implementation implementation,
        IEnumerable<string> flags,
        IEnumerable<int> udpPorts,
        CancellationToken cancellationToken) =>
        StartAsync([.. implementation.ServerCommand, .. flags], [.. udpPorts], cancellationToken);

    /// <summary>
    /// Variables for a framework-dependent program, whose host then finds the runtime that this process runs on.
    /// </summary>
    public static IReadOnlyDictionary<string, string> RuntimeEnvironment()
    {
        string runtime = System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory();
        return new Dictionary<string, string>
        {
            ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..")),
        };
    }

    /// <summary>CPU and memory used so far.</summary>
    /// <exception cref="InvalidOperationException">
    /// The process has ended; the message has what it printed last.
    /// </exception>
    public ProcessUsage ReadUsage() =>
        HasExited
            ? throw new InvalidOperationException($"Ended by itself: {Describe()}")
            : ProcessUsage.Read(_process.Id);

    /// <summary>The command line and the last lines printed, for a failure message.</summary>
    public string Describe()
    {
        string state = HasExited ? $"exited with {_process.ExitCode}" : "running";
        return $"{string.Join(' ', _command)}  [{state}]\n{Output.Tail(30)}";
    }

    /// <summary>Ends the process at once, as a crash would.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<TunnelProcess> StartAsync(
        IReadOnlyList<string> command, IReadOnlyList<int> udpPorts, CancellationToken cancellationToken)
    {
        Process process = await ProcessLauncher.StartAsync(command, RuntimeEnvironment());
        var tunnel = new TunnelProcess(process, command);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_startLimit);
        try
        {
            bool isReady = await tunnel.Output.WaitForAsync(
                line => line.Contains(ReadyLine, StringComparison.Ordinal), limit.Token);
            while (isReady && !tunnel.HasExited && !AreBound(udpPorts))
                await Task.Delay(s_pollInterval, limit.Token);
            if (isReady && !tunnel.HasExited)
                return tunnel;
        }
        catch (OperationCanceledException)
        {
            // Reported below with what the process printed.
        }

        string description = tunnel.Describe();
        await tunnel.DisposeAsync();
        throw new InvalidOperationException($"Did not start: {description}");
    }

    private static bool AreBound(IReadOnlyList<int> ports)
    {
        if (ports.Count == 0)
            return true;
        string[] sockets = [.. File.ReadAllLines("/proc/net/udp"), .. File.ReadAllLines("/proc/net/udp6")];
        // "sl local_address rem_address ...", the addresses in hexadecimal; the lease's own guard does not count.
        HashSet<string> bound = [.. sockets
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])
            .Where(local => !local.StartsWith(PortLease.GuardAddressInKernelTable, StringComparison.Ordinal))
            .Select(local => local[(local.IndexOf(':') + 1)..])];
        return ports.All(port => bound.Contains(port.ToString("X4", CultureInfo.InvariantCulture)));
    }

    private void AppendText(string? line)
    {
        if (line is not null)
            Output.Append(line);
    }
}
