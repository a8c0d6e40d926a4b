using KcpTun.Tunnel;

namespace KcpTun.Concurrency.Harness;

/// <summary>
/// Reads that scenarios need. The base library's own asynchronous helpers are not rewritten: what awaits inside them
/// escapes Coyote.
/// </summary>
internal static class StreamExtensions
{
    /// <summary>Reads exactly <paramref name="count"/> bytes.</summary>
    /// <exception cref="EndOfStreamException">The stream ends before.</exception>
    public static async Task ReadAllAsync(this MuxStream stream, int count)
    {
        byte[] buffer = new byte[count];
        for (int total = 0; total < count;)
        {
            int length = await stream.ReadAsync(buffer.AsMemory(total));
            if (length == 0)
                throw new EndOfStreamException($"{total} of {count} bytes came");
            total += length;
        }
    }

    /// <summary>Takes buffers until <paramref name="count"/> bytes have come, as the pump does.</summary>
    /// <exception cref="EndOfStreamException">The stream ends before.</exception>
    public static async Task TakeAllAsync(this MuxStream stream, int count)
    {
        for (int total = 0; total < count;)
        {
            await stream.WaitToReadAsync();
            ArraySegment<byte> taken = stream.Take();
            if (taken.Array is null)
                throw new EndOfStreamException($"{total} of {count} bytes came");
            total += taken.Count;
            stream.Session.Buffers.Return(taken.Array);
        }
    }

    /// <summary>Reads to the end of the stream.</summary>
    /// <returns>How many bytes came.</returns>
    public static async Task<int> ReadToEndAsync(this MuxStream stream)
    {
        byte[] buffer = new byte[64];
        int total = 0;
        while (await stream.ReadAsync(buffer) is > 0 and int length)
            total += length;
        return total;
    }
}
