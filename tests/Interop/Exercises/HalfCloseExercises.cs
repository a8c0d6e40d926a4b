using System.Net.Sockets;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Interop.Exercises;

/// <summary>One side ends its output and the other still has something to say (PROTOCOL e.6, i.4).</summary>
/// <remarks>
/// Go 20260314 has a race: an end that has sent its FIN drops what it has received and not yet read when the peer's
/// FIN arrives. So where a Go end is the one to receive last, its peer's FIN is held back until the data has been
/// read; where ours is, the FIN follows the last byte at once and nothing may be missing.
/// </remarks>
public static class HalfCloseExercises
{
    private const int Connections = 4;
    private const int Bytes = 512 * 1024;

    private static readonly TimeSpan s_pauseForReceiverThatDrops = TimeSpan.FromSeconds(2);

    /// <summary>The application ends its request; the target, at the request's end, sends the whole reply.</summary>
    public static async Task ClientEndsFirstAsync(CellRun run)
    {
        RunningTunnel tunnel = await run.StartAsync();
        TimeSpan pause = PauseFor(run.Cell.Pair.Client);
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            TrafficRequest request = Request(TrafficOperation.ReplyAfterEnd, pause);
            await using NetworkStream connection = await tunnel.ConnectAsync(run.CancellationToken);
            ExchangeResult result =
                await ExchangeClient.EndThenReceiveReplyAsync(connection, request, run.CancellationToken);
            result.ShouldBe(ExchangeResult.Expected(request));
        }));
    }

    /// <summary>The target ends its output first; the application sends on and is heard to the last byte.</summary>
    public static async Task TargetEndsFirstAsync(CellRun run)
    {
        RunningTunnel tunnel = await run.StartAsync();
        TimeSpan pause = PauseFor(run.Cell.Pair.Server);
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            TrafficRequest request = Request(TrafficOperation.EndThenReceive, pause);
            await using NetworkStream connection = await tunnel.ConnectAsync(run.CancellationToken);
            ExchangeResult result =
                await ExchangeClient.ReceiveThenSendAsync(connection, run.Exchange, request, run.CancellationToken);
            result.ShouldBe(ExchangeResult.Expected(request));
        }));
    }

    private static TrafficRequest Request(TrafficOperation operation, TimeSpan pause) => new()
    {
        Operation = operation,
        Upload = Bytes,
        Download = Bytes,
        PauseBeforeEnd = pause,
    };

    private static TimeSpan PauseFor(Implementation receiver) =>
        receiver.DropsUnreadBytesWhenFinsMeet ? s_pauseForReceiverThatDrops : TimeSpan.Zero;
}
