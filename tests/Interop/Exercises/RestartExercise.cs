using System.Diagnostics;
using System.Net.Sockets;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Interop.Exercises;

/// <summary>The server dies and comes back; the client carries new connections again without help.</summary>
/// <remarks>
/// Nothing tells a kcptun client that its server forgot the session. Go's 30 s activity check does, 30 to 60 s after
/// the last frame (PROTOCOL e.7), and up to 10 s later when the send window is full and the NOP before the check
/// waits for room. Until then new connections use the dead session; ours gives them a new one as soon as nothing has
/// been acknowledged for a while. Data has to flow before the restart: the new server answers the old session's
/// segments with a session of its own under the same conversation, and while that one's keepalives still lie ahead of
/// the client's rcv_nxt they pass for signs of life (a Go client that had received five segments was stuck for more
/// than 70 s).
/// </remarks>
public static class RestartExercise
{
    private const int BytesBefore = 1024 * 1024;

    private static readonly TimeSpan s_ourRecoveryLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_goRecoveryLimit = TimeSpan.FromSeconds(80);
    private static readonly TimeSpan s_attemptLimit = TimeSpan.FromSeconds(2);
    private static readonly byte[] s_message = [1, 2, 3, 4, 5];

    public static async Task RunAsync(CellRun run)
    {
        RunningTunnel tunnel = await run.StartAsync();
        await DataExercises.ExchangeAsync(tunnel, BytesBefore, run.CancellationToken);

        await tunnel.RestartServerAsync(run.CancellationToken);
        TimeSpan limit = run.Cell.Pair.Client == Implementation.Ours ? s_ourRecoveryLimit : s_goRecoveryLimit;
        long restarted = Stopwatch.GetTimestamp();
        while (!await TryEchoAsync(tunnel, run.CancellationToken))
            Stopwatch.GetElapsedTime(restarted).ShouldBeLessThan(limit, "the client did not recover");
        run.Note = $"recovered after {Stopwatch.GetElapsedTime(restarted).TotalSeconds:0} s";
    }

    private static async Task<bool> TryEchoAsync(RunningTunnel tunnel, CancellationToken cancellationToken)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        attempt.CancelAfter(s_attemptLimit);
        try
        {
            await using NetworkStream connection = await tunnel.ConnectAsync(attempt.Token);
            await ExchangeClient.StartEchoAsync(connection, attempt.Token);
            byte[] reply = await ExchangeClient.EchoAsync(connection, s_message, attempt.Token);
            return reply.AsSpan().SequenceEqual(s_message);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }
}
