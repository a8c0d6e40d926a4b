using System.Diagnostics;
using System.Net.Sockets;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Workloads;

namespace KcpTun.Bench.Validate;

/// <summary>One connection of a real run, with a part for each end.</summary>
internal abstract class RealFlow
{
    private long _bytes;
    private long _lastArrival;

    /// <summary>Latencies, ns.</summary>
    public List<long> Latencies { get; } = [];

    /// <summary>Application bytes that arrived and were right.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Timestamp of the last of them.</summary>
    public long LastArrival => Volatile.Read(ref _lastArrival);

    /// <summary>The target's part is done.</summary>
    public TaskCompletionSource Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <exception cref="ArgumentException">There is no such flow.</exception>
    public static RealFlow Create(WorkloadSpec workload) => workload switch
    {
        BulkSpec bulk => new RealTransfer(bulk),
        EchoSpec echo => new RealEcho(echo),
        GameSpec game => new RealGame(game),
        _ => throw new ArgumentException($"{workload.Text}: neither bulk, echo nor game."),
    };

    /// <summary>The client's application.</summary>
    public abstract Task RequestAsync(NetworkStream connection, CancellationToken cancellation);

    /// <summary>The target's application.</summary>
    public abstract Task ServeAsync(NetworkStream connection, CancellationToken cancellation);

    /// <summary>Bytes have arrived.</summary>
    /// <param name="problem">What is wrong with them, or null.</param>
    protected void OnArrived(int bytes, string? problem)
    {
        if (problem is not null)
            throw new IOException(problem);
        Interlocked.Add(ref _bytes, bytes);
        Volatile.Write(ref _lastArrival, Stopwatch.GetTimestamp());
    }

    /// <summary>A message has arrived that left at that timestamp.</summary>
    protected void OnLatency(long sentAt)
    {
        long nanoseconds = (long)Stopwatch.GetElapsedTime(sentAt).TotalNanoseconds;
        lock (Latencies)
            Latencies.Add(nanoseconds);
    }

    /// <summary>Sends messages at fixed times from now on.</summary>
    /// <param name="every">ns.</param>
    /// <param name="sentAt">Takes a timestamp for each.</param>
    /// <param name="afterEach">Runs before the next one; null for nothing.</param>
    protected static async Task SendAsync(
        NetworkStream connection,
        bool isUp,
        int bytes,
        long every,
        long[] sentAt,
        Func<int, Task>? afterEach,
        CancellationToken cancellation)
    {
        var payload = new PatternPayload(0, isUp);
        byte[] message = new byte[bytes];
        var interval = TimeSpan.FromMicroseconds((double)every / SimTime.Microsecond);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < sentAt.Length; i++)
        {
            TimeSpan wait = (interval * i) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, cancellation);
            payload.Fill(message, (long)i * bytes);
            Volatile.Write(ref sentAt[i], Stopwatch.GetTimestamp());
            await connection.WriteAsync(message, cancellation);
            if (afterEach is not null)
                await afterEach(i);
        }
    }

    /// <summary>Receives and checks a message, and takes its latency.</summary>
    protected async Task ReceiveAsync(
        NetworkStream connection, bool isUp, byte[] message, int number, long[] sentAt, CancellationToken cancellation)
    {
        await connection.ReadExactlyAsync(message, cancellation);
        OnLatency(Volatile.Read(ref sentAt[number]));
        OnArrived(message.Length, new PatternPayload(0, isUp).Verify(message, (long)number * message.Length));
    }
}

/// <summary>A transfer in one direction.</summary>
internal sealed class RealTransfer(BulkSpec bulk) : RealFlow
{
    private const int Chunk = 32 * 1024;

    public override Task RequestAsync(NetworkStream connection, CancellationToken cancellation) =>
        bulk.IsUp ? SendAsync(connection, cancellation) : ReceiveAsync(connection, cancellation);

    public override Task ServeAsync(NetworkStream connection, CancellationToken cancellation) =>
        bulk.IsUp ? ReceiveAsync(connection, cancellation) : SendAsync(connection, cancellation);

    private async Task SendAsync(NetworkStream connection, CancellationToken cancellation)
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

    private async Task ReceiveAsync(NetworkStream connection, CancellationToken cancellation)
    {
        var payload = new PatternPayload(0, bulk.IsUp);
        byte[] buffer = new byte[Chunk];
        for (long received = 0; received < bulk.Bytes;)
        {
            int length = await connection.ReadAsync(buffer, cancellation);
            OnArrived(length, length > 0 ? payload.Verify(buffer.AsSpan(0, length), received) : "ended early");
            received += length;
        }
    }
}

/// <summary>Requests and answers.</summary>
internal sealed class RealEcho(EchoSpec echo) : RealFlow
{
    private readonly long[] _sentAt = new long[echo.Count];
    private readonly byte[] _answer = new byte[echo.Bytes];

    public override async Task RequestAsync(NetworkStream connection, CancellationToken cancellation)
    {
        Task answers = echo.IsClosed ? Task.CompletedTask : ReceiveAllAsync();
        await SendAsync(
            connection, isUp: true, echo.Bytes, echo.Every, _sentAt, echo.IsClosed ? ReceiveAsync : null, cancellation);
        await answers;

        Task ReceiveAsync(int i) => base.ReceiveAsync(connection, isUp: true, _answer, i, _sentAt, cancellation);

        async Task ReceiveAllAsync()
        {
            for (int i = 0; i < echo.Count; i++)
                await ReceiveAsync(i);
        }
    }

    public override async Task ServeAsync(NetworkStream connection, CancellationToken cancellation)
    {
        byte[] message = new byte[echo.Bytes];
        for (int i = 0; i < echo.Count; i++)
        {
            await connection.ReadExactlyAsync(message, cancellation);
            await connection.WriteAsync(message, cancellation);
        }
    }
}

/// <summary>Messages at a fixed rate in both directions, each measured one way.</summary>
internal sealed class RealGame : RealFlow
{
    private readonly GameSpec _game;
    private readonly long[] _upSentAt;
    private readonly long[] _downSentAt;

    public RealGame(GameSpec game)
    {
        _game = game;
        _upSentAt = new long[Math.Max(1, game.Duration / game.Every)];
        _downSentAt = new long[_upSentAt.Length];
    }

    public override Task RequestAsync(NetworkStream connection, CancellationToken cancellation) => Task.WhenAll(
        SendAsync(connection, isUp: true, _game.UpBytes, _game.Every, _upSentAt, null, cancellation),
        ReceiveAllAsync(connection, isUp: false, _game.DownBytes, _downSentAt, cancellation));

    public override Task ServeAsync(NetworkStream connection, CancellationToken cancellation) => Task.WhenAll(
        SendAsync(connection, isUp: false, _game.DownBytes, _game.Every, _downSentAt, null, cancellation),
        ReceiveAllAsync(connection, isUp: true, _game.UpBytes, _upSentAt, cancellation));

    private async Task ReceiveAllAsync(
        NetworkStream connection, bool isUp, int bytes, long[] sentAt, CancellationToken cancellation)
    {
        byte[] message = new byte[bytes];
        for (int i = 0; i < sentAt.Length; i++)
            await ReceiveAsync(connection, isUp, message, i, sentAt, cancellation);
    }
}
