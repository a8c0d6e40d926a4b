using System.Buffers;
using KcpTun.IO;
using KcpTun.Qpp;

namespace KcpTun.Tunnel;

/// <summary>
/// Moves bytes between a local connection and a stream until both directions have ended (PROTOCOL i.4): the end of one
/// direction is passed on as a half-close after <c>closewait</c>, and not a byte that has arrived is lost.
/// </summary>
internal sealed class StreamPump(
    TunnelContext context, IStreamConnection local, MuxStream stream, CancellationToken stopping)
{
    /// <summary>Bytes moved at a time at first: most connections carry no more than that.</summary>
    private const int SmallestBuffer = 16 * 1024;

    /// <summary>
    /// Bytes moved at a time while there are that many: several frames, and still a part of the stream's send buffer.
    /// </summary>
    private const int LargestBuffer = 64 * 1024;

    /// <summary>
    /// How long a blocked upload may stay without progress once the peer has ended its own direction: a peer that has
    /// closed the stream altogether never opens the window again (PROTOCOL e.6).
    /// </summary>
    private static readonly TimeSpan s_blockedUploadLimit = TimeSpan.FromSeconds(30);

    private readonly TimeSpan _closeWait = TimeSpan.FromSeconds(Math.Max(0, context.Options.CloseWait));
    private long _uploaded;

    /// <summary>Runs to the end of both directions and closes both ends.</summary>
    /// <returns>The first error that was not a normal end, or null.</returns>
    public async Task<Exception?> RunAsync()
    {
        stream.ContinuesOnDriver = true;
        Task<Exception?> upload = UploadAsync();
        Task<Exception?> download = DownloadAsync();
        try
        {
            Task<Exception?> first = await Task.WhenAny([upload, download]);
            // What follows may block, on a log for instance, and must not do so on the driver.
            await Task.Yield();
            if (await first is { } failure)
            {
                CloseBoth();
                await Task.WhenAll([upload, download]);
                return failure;
            }

            if (first == download)
                await WatchUploadAsync(upload);
            return await upload ?? await download;
        }
        finally
        {
            CloseBoth();
        }
    }

    private void CloseBoth()
    {
        local.Dispose();
        stream.Dispose();
    }

    private async Task<Exception?> UploadAsync()
    {
        QppKeystream? keystream = context.CreateKeystream();
        ArrayPool<byte> pool = stream.Session.Buffers;
        int size = SmallestBuffer;
        try
        {
            while (true)
            {
                await local.ReadAsync(Memory<byte>.Empty, stopping);
                byte[]? buffer = pool.Rent(Math.Min(size, await stream.WaitToWriteAsync()));
                try
                {
                    int length = await local.ReadAsync(buffer, stopping);
                    if (length == 0)
                        break;
                    size = NextSize(size, length);
                    keystream?.Encrypt(buffer.AsSpan(0, length));
                    byte[] full = buffer;
                    buffer = null;
                    await stream.HandOverAsync(full, length);
                    _uploaded += length;
                }
                finally
                {
                    if (buffer is not null)
                        pool.Return(buffer);
                }
            }

            if (_closeWait > TimeSpan.Zero)
                await context.Delay(_closeWait, stopping);
            stream.CloseWrite();
            return null;
        }
        catch (OperationCanceledException)
        {
            // The tunnel is shutting down: what was read is on its way, nothing more is taken.
            stream.CloseWrite();
            return null;
        }
        catch (Exception e) when (IsConnectionError(e))
        {
            return e;
        }
    }

    private async Task<Exception?> DownloadAsync()
    {
        QppKeystream? keystream = context.CreateKeystream();
        try
        {
            while (true)
            {
                await stream.WaitToReadAsync();
                ArraySegment<byte> taken = stream.Take();
                if (taken.Array is null)
                    break;
                try
                {
                    keystream?.Decrypt(taken);
                    await local.WriteAsync(taken, CancellationToken.None);
                }
                finally
                {
                    stream.Session.Buffers.Return(taken.Array);
                }
            }

            if (_closeWait > TimeSpan.Zero)
                await context.Delay(_closeWait, stopping);
            local.ShutdownWrite();
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception e) when (IsConnectionError(e))
        {
            return e;
        }
    }

    /// <summary>Many connections with a little to say need little memory, one with much to say few calls.</summary>
    private static int NextSize(int size, int length) =>
        length >= size ? Math.Min(size * 2, LargestBuffer) : SmallestBuffer;

    private async Task WatchUploadAsync(Task upload)
    {
        using var done = new CancellationTokenSource();
        while (!upload.IsCompleted)
        {
            long before = _uploaded;
            await Task.WhenAny([upload, context.Delay(s_blockedUploadLimit, done.Token)]);
            if (upload.IsCompleted)
                break;
            // While something is under way the path is slow, not the peer's reader gone.
            if (!stream.IsWriteBlocked || _uploaded != before || !stream.Session.IsSendIdle)
                continue;
            stream.Abort();
            local.Dispose();
        }

        done.Cancel();
        await upload;
    }

    /// <summary>
    /// What sockets, streams and sessions throw when the other side goes away or we close under a read.
    /// </summary>
    private static bool IsConnectionError(Exception e) =>
        e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException;
}
