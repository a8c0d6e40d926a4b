using System.Net.Sockets;

namespace KcpTun.GoInterop.Traffic;

/// <summary>
/// The near end of the connections to an <see cref="ExchangeTarget"/>. Each method ends with what both ends saw.
/// </summary>
public static class ExchangeClient
{
    /// <summary>
    /// Sends <paramref name="message"/> and receives as many bytes back; the connection can echo again.
    /// </summary>
    public static async Task<byte[]> EchoAsync(
        Stream connection, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        Task sending = connection.WriteAsync(message, cancellationToken).AsTask();
        byte[] reply = new byte[message.Length];
        await connection.ReadExactlyAsync(reply, cancellationToken);
        await sending;
        return reply;
    }

    /// <summary>Asks for echoes: the first bytes of a connection that echoes.</summary>
    public static ValueTask StartEchoAsync(Stream connection, CancellationToken cancellationToken) =>
        connection.WriteAsync(new TrafficRequest { Operation = TrafficOperation.Echo }.Encode(), cancellationToken);

    /// <summary>Sends the upload while it receives the download.</summary>
    public static async Task<ExchangeResult> ExchangeAsync(
        Stream connection, TrafficRequest request, CancellationToken cancellationToken)
    {
        await connection.WriteAsync(request.Encode(), cancellationToken);
        Task sending = connection.SendAsync(request.UploadPayload(), cancellationToken);
        Digest here = await connection.ReceiveAsync(request.Download, request.IsVerified, cancellationToken);
        await sending;
        Digest there = await connection.ReceiveDigestAsync(cancellationToken);
        return new ExchangeResult(there, here);
    }

    /// <summary>Sends the upload and ends its output, then receives the reply and the end.</summary>
    public static async Task<ExchangeResult> EndThenReceiveReplyAsync(
        NetworkStream connection, TrafficRequest request, CancellationToken cancellationToken)
    {
        await connection.WriteAsync(request.Encode(), cancellationToken);
        await connection.SendAsync(request.UploadPayload(), cancellationToken);
        connection.EndOutput();
        Digest there = await connection.ReceiveDigestAsync(cancellationToken);
        Digest here = await connection.ReceiveToEndAsync(cancellationToken);
        return new ExchangeResult(there, here);
    }

    /// <summary>Receives the download and the end, then sends the upload and ends its output.</summary>
    public static async Task<ExchangeResult> ReceiveThenSendAsync(
        NetworkStream connection, ExchangeTarget target, TrafficRequest request, CancellationToken cancellationToken)
    {
        await connection.WriteAsync(request.Encode(), cancellationToken);
        Digest here = await connection.ReceiveToEndAsync(cancellationToken);
        await connection.SendAsync(request.UploadPayload(), cancellationToken);
        await Task.Delay(request.PauseBeforeEnd, cancellationToken);
        connection.EndOutput();
        Digest there = await target.ReceivedAsync(request.Seed, cancellationToken);
        return new ExchangeResult(there, here);
    }
}

/// <summary>What arrived at each end.</summary>
/// <param name="Uploaded">What the target received.</param>
/// <param name="Downloaded">What the client received.</param>
public sealed record ExchangeResult(Digest Uploaded, Digest Downloaded)
{
    /// <summary>What an undamaged exchange gives.</summary>
    public static ExchangeResult Expected(TrafficRequest request) =>
        new(request.UploadPayload().Digest(), request.DownloadPayload().Digest());
}
