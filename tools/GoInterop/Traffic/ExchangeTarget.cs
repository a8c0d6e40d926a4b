using System.Collections.Concurrent;
using System.Net.Sockets;

namespace KcpTun.GoInterop.Traffic;

/// <summary>The far end of the connections: does what each one's <see cref="TrafficRequest"/> asks for.</summary>
public sealed class ExchangeTarget
{
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<Digest>> _received = new();

    /// <summary>What the connection with this seed delivered, once it has ended.</summary>
    public Task<Digest> ReceivedAsync(ulong seed, CancellationToken cancellationToken) =>
        Received(seed).Task.WaitAsync(cancellationToken);

    /// <summary>The handler for <see cref="TargetServer"/>.</summary>
    public async Task HandleAsync(NetworkStream connection, CancellationToken cancellationToken)
    {
        byte[] header = new byte[TrafficRequest.EncodedLength];
        await connection.ReadExactlyAsync(header, cancellationToken);
        var request = TrafficRequest.Decode(header);
        switch (request.Operation)
        {
            case TrafficOperation.Echo:
                await connection.CopyToAsync(connection, cancellationToken);
                break;
            case TrafficOperation.Exchange:
                await ExchangeAsync(connection, request, cancellationToken);
                break;
            case TrafficOperation.ReplyAfterEnd:
                await ReplyAfterEndAsync(connection, request, cancellationToken);
                break;
            case TrafficOperation.EndThenReceive:
                await EndThenReceiveAsync(connection, request, cancellationToken);
                break;
            default:
                throw new IOException($"The connection started with garbage: {Convert.ToHexString(header)}");
        }
    }

    private static async Task ExchangeAsync(
        NetworkStream connection, TrafficRequest request, CancellationToken cancellationToken)
    {
        Task sending = connection.SendAsync(request.DownloadPayload(), cancellationToken);
        Digest received = await connection.ReceiveAsync(request.Upload, request.IsVerified, cancellationToken);
        await sending;
        await connection.SendDigestAsync(received, cancellationToken);
        // Without half-close whoever ends first takes the other direction down: the client does.
        await connection.ReceiveToEndAsync(cancellationToken);
    }

    private static async Task ReplyAfterEndAsync(
        NetworkStream connection, TrafficRequest request, CancellationToken cancellationToken)
    {
        Digest received = await connection.ReceiveToEndAsync(cancellationToken);
        await connection.SendDigestAsync(received, cancellationToken);
        await connection.SendAsync(request.DownloadPayload(), cancellationToken);
        await Task.Delay(request.PauseBeforeEnd, cancellationToken);
    }

    private async Task EndThenReceiveAsync(
        NetworkStream connection, TrafficRequest request, CancellationToken cancellationToken)
    {
        await connection.SendAsync(request.DownloadPayload(), cancellationToken);
        connection.EndOutput();
        Received(request.Seed).SetResult(await connection.ReceiveToEndAsync(cancellationToken));
    }

    private TaskCompletionSource<Digest> Received(ulong seed) =>
        _received.GetOrAdd(seed, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
