using System.Buffers;
using System.Net.Sockets;

namespace KcpTun.GoInterop.Traffic;

/// <summary>What both ends do with a stream.</summary>
public static class StreamTraffic
{
    private const int BufferSize = 128 * 1024;

    // Of bytes that nobody looks at: a thousand connections at a time do not need a buffer each.
    private static readonly byte[] s_scratch = new byte[BufferSize];

    /// <summary>Sends a payload.</summary>
    public static async Task SendAsync(this Stream stream, Payload payload, CancellationToken cancellationToken)
    {
        for (ReadOnlyMemory<byte> chunk = payload.Next(); !chunk.IsEmpty; chunk = payload.Next())
            await stream.WriteAsync(chunk, cancellationToken);
    }

    /// <summary>Receives <paramref name="length"/> bytes, or fewer when the input ends.</summary>
    public static async Task<Digest> ReceiveAsync(
        this Stream stream, long length, bool isVerified, CancellationToken cancellationToken)
    {
        using var digest = new DigestBuilder(isVerified);
        byte[] buffer = isVerified ? ArrayPool<byte>.Shared.Rent(BufferSize) : s_scratch;
        try
        {
            long left = length;
            while (left > 0)
            {
                Memory<byte> room = buffer.AsMemory(0, (int)Math.Min(buffer.Length, left));
                int read = await stream.ReadAsync(room, cancellationToken);
                if (read == 0)
                    break;
                digest.Append(room.Span[..read]);
                left -= read;
            }

            return digest.Finish();
        }
        finally
        {
            if (isVerified)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Receives until the input ends.</summary>
    public static Task<Digest> ReceiveToEndAsync(this Stream stream, CancellationToken cancellationToken) =>
        stream.ReceiveAsync(long.MaxValue, isVerified: true, cancellationToken);

    /// <summary>Receives the digest that the far end reports.</summary>
    public static async Task<Digest> ReceiveDigestAsync(this Stream stream, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[Digest.EncodedLength];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return Digest.Decode(bytes);
    }

    /// <summary>Reports a digest to the far end.</summary>
    public static async Task SendDigestAsync(this Stream stream, Digest digest, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[Digest.EncodedLength];
        digest.Encode(bytes);
        await stream.WriteAsync(bytes, cancellationToken);
    }

    /// <summary>Ends the output; the input stays open.</summary>
    public static void EndOutput(this NetworkStream stream) => stream.Socket.Shutdown(SocketShutdown.Send);
}
