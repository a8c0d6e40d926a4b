using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using KcpTun.GoInterop.Traffic;
using KcpTun.Sim.Workloads;

namespace KcpTun.Bench.Validate;

/// <summary>
/// Does over real sockets what the simulator's flows of the same workload do: a preamble of eight bytes, then the same
/// bytes at the same times, checked on arrival. Each part of a mixed workload has a connection.
/// </summary>
internal sealed class RealApplication : IAsyncDisposable
{
    private readonly TargetServer _target;
    private readonly RealFlow[] _flows;
    private long[]? _bytesAtFirstEnd;
    private long _start;

    /// <exception cref="ArgumentException">The workload has a part of another kind.</exception>
    public RealApplication(WorkloadSpec workload)
    {
        IReadOnlyList<WorkloadSpec> parts = workload is MixedSpec mixed ? mixed.Parts : [workload];
        _flows = [.. parts.Select(RealFlow.Create)];
        _target = TargetServer.StartTcp(ServeAsync);
    }

    /// <summary>The address for <c>--target</c>.</summary>
    public string Target => _target.Address;

    /// <summary>Latencies of all flows, ns.</summary>
    public IReadOnlyList<long> Latencies => [.. _flows.SelectMany(flow => flow.Latencies)];

    /// <summary>Application bytes that arrived and were right.</summary>
    public long Bytes => _flows.Sum(flow => flow.Bytes);

    /// <summary>Those of each flow when the first of them ended.</summary>
    public IReadOnlyList<long> BytesAtFirstEnd => _bytesAtFirstEnd ?? [];

    /// <summary>From connecting to the last byte's arrival.</summary>
    public TimeSpan Duration => Stopwatch.GetElapsedTime(_start, _flows.Max(flow => flow.LastArrival));

    /// <summary>Whether there is a way to do this.</summary>
    public static bool CanRun(WorkloadSpec workload) => workload is MixedSpec mixed
        ? mixed.Parts.All(CanRun)
        : workload is BulkSpec or EchoSpec or GameSpec;

    /// <summary>Runs the workload to its end.</summary>
    /// <param name="entry">Where the tunnel accepts.</param>
    /// <exception cref="IOException">A connection broke, or bytes were wrong.</exception>
    public Task RunAsync(IPEndPoint entry, CancellationToken cancellation)
    {
        _start = Stopwatch.GetTimestamp();
        return Task.WhenAll(_flows.Select((flow, number) => RunAsync(flow, number, entry, cancellation)));
    }

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    private async Task RunAsync(RealFlow flow, int number, IPEndPoint entry, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.NoDelay = true;
        await socket.ConnectAsync(entry, cancellation);
        await using var connection = new NetworkStream(socket);
        byte[] preamble = new byte[Flow.PreambleSize];
        BinaryPrimitives.WriteInt32LittleEndian(preamble.AsSpan(4), number);
        await connection.WriteAsync(preamble, cancellation);
        await flow.RequestAsync(connection, cancellation).WaitAsync(cancellation);
        await flow.Served.Task.WaitAsync(cancellation);
        Interlocked.CompareExchange(ref _bytesAtFirstEnd, [.. _flows.Select(other => other.Bytes)], null);
    }

    private async Task ServeAsync(NetworkStream connection, CancellationToken cancellation)
    {
        byte[] preamble = new byte[Flow.PreambleSize];
        await connection.ReadExactlyAsync(preamble, cancellation);
        RealFlow flow = _flows[BinaryPrimitives.ReadInt32LittleEndian(preamble.AsSpan(4))];
        try
        {
            await flow.ServeAsync(connection, cancellation);
            flow.Served.TrySetResult();
            // The client ends the connection, so that nothing is lost by closing early.
            await connection.CopyToAsync(Stream.Null, cancellation);
        }
        catch (Exception failure)
        {
            flow.Served.TrySetException(failure);
            throw;
        }
    }
}
