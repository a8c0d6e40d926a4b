using KcpTun.GoInterop;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Interop;

/// <summary>Starts what it needs in the run, uses it, and throws when something is wrong.</summary>
public delegate Task Exercise(CellRun run);

/// <summary>A cell while it runs: owns the processes and servers that the exercise starts.</summary>
public sealed class CellRun(Cell cell, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _owned = new();
    private RunningTunnel? _tunnel;
    private TargetServer? _target;

    public Cell Cell => cell;

    /// <summary>Fires at the scenario's time limit.</summary>
    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>The far end of the connections.</summary>
    public ExchangeTarget Exchange { get; } = new();

    /// <summary>A figure worth keeping in the report.</summary>
    public string? Note { get; set; }

    public RunningTunnel Tunnel => _tunnel ?? throw new InvalidOperationException("No tunnel has been started.");

    /// <summary>Starts the tunnel in front of <see cref="Exchange"/>.</summary>
    public Task<RunningTunnel> StartAsync() => StartAsync(Exchange.HandleAsync);

    /// <summary>Starts a target inside this process and the tunnel in front of it.</summary>
    public Task<RunningTunnel> StartAsync(ConnectionHandler handler)
    {
        if (cell.Scenario.TargetsUnixSocket)
        {
            var folder = new TemporaryFolder();
            _owned.Push(folder);
            _target = TargetServer.StartUnix(Path.Combine(folder.Path, "target"), handler);
        }
        else
        {
            _target = TargetServer.StartTcp(handler);
        }

        _owned.Push(_target);
        return StartAsync(_target.Address);
    }

    /// <summary>Starts the tunnel in front of a server that is there already.</summary>
    public async Task<RunningTunnel> StartAsync(string target)
    {
        _tunnel = await RunningTunnel.StartAsync(cell.Scenario.Plan(cell.Pair), target, cancellationToken);
        _owned.Push(_tunnel);
        return _tunnel;
    }

    /// <summary>Hands over something to dispose after the tunnel.</summary>
    public T Own<T>(T resource)
        where T : IAsyncDisposable
    {
        _owned.Push(resource);
        return resource;
    }

    /// <summary>The processes and the target's faults, for a failure message.</summary>
    public string Describe() =>
        $"{_tunnel?.Describe() ?? "no tunnel"}\ntarget: {string.Join("; ", _target?.Faults ?? [])}";

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out IAsyncDisposable? resource))
            await resource.DisposeAsync();
    }
}
