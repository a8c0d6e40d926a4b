using KcpTun.IO;

namespace KcpTun.Sim.Workloads;

/// <summary>One end of a flow's connection: writes the flow's own bytes and checks the other side's.</summary>
internal sealed class FlowStream(FlowContext context, IStreamConnection connection, int flow, bool isClient)
    : IDisposable
{
    private const int Chunk = 32 * 1024;

    private readonly PatternPayload _mine = new(flow, isClient);
    private readonly PatternPayload _theirs = new(flow, !isClient);
    private readonly byte[] _sendBuffer = new byte[Chunk];
    private readonly byte[] _receiveBuffer = new byte[Chunk];
    private long _sent;
    private long _received;

    /// <summary>Sends the next <paramref name="count"/> bytes.</summary>
    public async Task SendAsync(long count)
    {
        while (count > 0)
        {
            int length = (int)Math.Min(count, Chunk);
            _mine.Fill(_sendBuffer.AsSpan(0, length), _sent);
            await connection.WriteAsync(_sendBuffer.AsMemory(0, length), CancellationToken.None);
            _sent += length;
            count -= length;
        }
    }

    /// <summary>Receives and checks the next <paramref name="count"/> bytes.</summary>
    /// <exception cref="FlowException">They are wrong, or the stream ends before.</exception>
    public async Task ReceiveAsync(long count)
    {
        while (count > 0)
        {
            int wanted = (int)Math.Min(count, Chunk);
            int length = await connection.ReadAsync(_receiveBuffer.AsMemory(0, wanted), CancellationToken.None);
            if (length == 0)
                throw new FlowException($"INT-3: flow {flow} ended after {_received} bytes, {count} are missing", true);
            if (_theirs.Verify(_receiveBuffer.AsSpan(0, length), _received) is { } wrong)
                throw new FlowException($"INT-1: {wrong}");
            _received += length;
            count -= length;
            context.OnBytes(flow, !isClient, length);
        }
    }

    /// <summary>Half-close.</summary>
    public void End() => connection.ShutdownWrite();

    /// <summary>Waits for the other side's end.</summary>
    /// <exception cref="FlowException">There are more bytes.</exception>
    public async Task ReceiveEndAsync()
    {
        int length = await connection.ReadAsync(_receiveBuffer, CancellationToken.None);
        if (length > 0)
            throw new FlowException($"INT-1: flow {flow} has bytes beyond its last, at offset {_received}");
    }

    public void Dispose() => connection.Dispose();
}

/// <summary>What was received is not what was sent.</summary>
/// <param name="isBroken">It ended early; no byte was wrong.</param>
internal sealed class FlowException(string message, bool isBroken = false) : Exception(message)
{
    public bool IsBroken => isBroken;
}
