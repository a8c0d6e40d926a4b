using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using KcpTun.GoInterop.Traffic;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Workloads;

namespace KcpTun.Bench.Validate;

/// <summary>
/// Does over real sockets what the simulator's flows of the same workload do: a preamble of eight bytes, then the same
/// bytes at the same times, checked on arrival.
/// </summary>
internal sealed class RealApplication : IAsyncDisposable
{
    private const int Chunk = 32 * 1024;

    private readonly WorkloadSpec _workload;
    private readonly TargetServer _target;
    private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _preamble = new byte[Flow.PreambleSize];
    private long _start;
    private long _lastArrival;

    public RealApplication(WorkloadSpec workload)
    {
        _workload = workload;
        _target = TargetServer.StartTcp(ServeAsync);
    }

    /// <summary>The address for <c>--target</c>.</summary>
    public string Target => _target.Address;

    /// <summary>Round-trip times of an echo workload, ns, in order.</summary>
    public List<long> Latencies { get; } = [];

    /// <summary>Application bytes that arrived and were right.</summary>
    public long Bytes { get; private set; }

    /// <summary>From connecting to the last byte's arrival.</summary>
    public TimeSpan Duration => Stopwatch.GetElapsedTime(_start, _lastArrival);

    /// <summary>Runs the workload to its end.</summary>
    /// <param name="entry">Where the tunnel accepts.</param>
    /// <exception cref="IOException">A connection broke, or bytes were wrong.</exception>
    public async Task RunAsync(IPEndPoint entry, CancellationToken cancellation)
    {
        _start = Stopwatch.GetTimestamp();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.NoDelay = true;
        await socket.ConnectAsync(entry, cancellation);
        await using var connection = new NetworkStream(socket);
        await connection.WriteAsync(_preamble, cancellation);
        Task own = _workload switch
        {
            BulkSpec bulk => TransferAsync(connection, bulk, isSender: bulk.IsUp, cancellation),
            EchoSpec echo => RequestAsync(connection, echo, cancellation),
            _ => throw new ArgumentException("Neither bulk nor echo."),
        };
        await own.WaitAsync(cancellation);
        await _served.Task.WaitAsync(cancellation);
    }

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    private async Task ServeAsync(NetworkStream connection, CancellationToken cancellation)
    {
        try
        {
            await connection.ReadExactlyAsync(new byte[Flow.PreambleSize], cancellation);
            if (_workload is BulkSpec bulk)
                await TransferAsync(connection, bulk, isSender: !bulk.IsUp, cancellation);
            else if (_workload is EchoSpec echo)
                await AnswerAsync(connection, echo, cancellation);
            _served.TrySetResult();
            // The client ends the connection, so that nothing is lost by closing early.
            await connection.CopyToAsync(Stream.Null, cancellation);
        }
        catch (Exception failure)
        {
            _served.TrySetException(failure);
            throw;
        }
    }

    private Task TransferAsync(
        NetworkStream connection, BulkSpec bulk, bool isSender, CancellationToken cancellation) =>
        isSender ? SendAsync(connection, bulk, cancellation) : ReceiveAsync(connection, bulk, cancellation);

    private static async Task SendAsync(NetworkStream connection, BulkSpec bulk, CancellationToken cancellation)
    {
        var payload = new PatternPayload(0, bulk.IsUp);
        byte[] buffer = new byte[Chunk];
        for (long sent = 0; sent < bulk.Bytes; sent += Chunk)
        {
            int length = (int)Math.Min(Chunk, bulk.Bytes - sent);
            payload.Fill(buffer.AsSpan(0, length), sent);
            await connection.WriteAsync(buffer.AsMemory(0, length), cancellation);
        }
    }

    private async Task ReceiveAsync(NetworkStream connection, BulkSpec bulk, CancellationToken cancellation)
    {
        var payload = new PatternPayload(0, bulk.IsUp);
        byte[] buffer = new byte[Chunk];
        for (long received = 0; received < bulk.Bytes;)
        {
            int length = await connection.ReadAsync(buffer, cancellation);
            Check(length > 0 ? payload.Verify(buffer.AsSpan(0, length), received) : "ended early");
            received += length;
            Bytes = received;
            _lastArrival = Stopwatch.GetTimestamp();
        }
    }

    private static async Task AnswerAsync(NetworkStream connection, EchoSpec echo, CancellationToken cancellation)
    {
        byte[] message = new byte[echo.Bytes];
        for (int i = 0; i < echo.Count; i++)
        {
            await connection.ReadExactlyAsync(message, cancellation);
            await connection.WriteAsync(message, cancellation);
        }
    }

    private async Task RequestAsync(NetworkStream connection, EchoSpec echo, CancellationToken cancellation)
    {
        long[] sentAt = new long[echo.Count];
        Task answers = echo.IsClosed
            ? Task.CompletedTask
            : ReceiveAnswersAsync(connection, echo, sentAt, 0, echo.Count, cancellation);
        var payload = new PatternPayload(0, isUp: true);
        byte[] message = new byte[echo.Bytes];
        var every = TimeSpan.FromMicroseconds((double)echo.Every / SimTime.Microsecond);
        TimeSpan due = TimeSpan.Zero;
        for (int i = 0; i < echo.Count; i++)
        {
            TimeSpan wait = due - Stopwatch.GetElapsedTime(_start);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, cancellation);
            payload.Fill(message, (long)i * echo.Bytes);
            Volatile.Write(ref sentAt[i], Stopwatch.GetTimestamp());
            await connection.WriteAsync(message, cancellation);
            if (echo.IsClosed)
                await ReceiveAnswersAsync(connection, echo, sentAt, i, 1, cancellation);
            due += every;
        }

        await answers;
    }

    private async Task ReceiveAnswersAsync(
        NetworkStream connection, EchoSpec echo, long[] sentAt, int first, int count, CancellationToken cancellation)
    {
        var payload = new PatternPayload(0, isUp: true);
        byte[] message = new byte[echo.Bytes];
        for (int i = first; i < first + count; i++)
        {
            await connection.ReadExactlyAsync(message, cancellation);
            _lastArrival = Stopwatch.GetTimestamp();
            Latencies.Add((long)Stopwatch.GetElapsedTime(Volatile.Read(ref sentAt[i]), _lastArrival).TotalNanoseconds);
            Check(payload.Verify(message, (long)i * echo.Bytes));
        }
    }

    private static void Check(string? problem)
    {
        if (problem is not null)
            throw new IOException(problem);
    }
}
