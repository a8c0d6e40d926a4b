using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using KcpTun.GoInterop.Processes;

namespace KcpTun.Interop.Exercises;

/// <summary>A git daemon that serves every repository below a folder.</summary>
public sealed class GitDaemon : IAsyncDisposable
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(10);

    private readonly Process _process;
    private readonly PortLease _port;

    private GitDaemon(Process process, PortLease port)
    {
        _process = process;
        _port = port;
    }

    /// <summary>Where it listens.</summary>
    public string Address => $"127.0.0.1:{_port.First}";

    public static async Task<GitDaemon> StartAsync(string folder, CancellationToken cancellationToken)
    {
        // Started directly: "git daemon" would be a parent that does not pass a signal on.
        string program = Path.Combine(await GitFixture.GitAsync(["--exec-path"], cancellationToken), "git-daemon");
        var port = PortLease.Take();
        Process process = await ProcessLauncher.StartAsync(
        [
            program, "--listen=127.0.0.1", $"--port={port.First}", "--reuseaddr", "--export-all",
            $"--base-path={folder}", folder,
        ]);
        var daemon = new GitDaemon(process, port);
        try
        {
            while (!await IsListeningAsync(port.First, cancellationToken))
                await Task.Delay(s_pollInterval, cancellationToken);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _port.Dispose();
    }

    private static async Task<bool> IsListeningAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
