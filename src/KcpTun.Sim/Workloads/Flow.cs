using System.Buffers.Binary;
using KcpTun.IO;

namespace KcpTun.Sim.Workloads;

/// <summary>
/// One connection through the tunnel, with a part for each end. The first eight bytes tell the target which flow it is.
/// </summary>
internal abstract class Flow(FlowContext context, int number)
{
    /// <summary>Bytes in front of every flow.</summary>
    public const int PreambleSize = 8;

    private const uint Magic = 0x7461_6C66;

    private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isServed;
    private bool _hasServerEnded;

    protected FlowContext Context => context;

    public int Number => number;

    /// <summary>Reads the flow's number from a preamble; false when it is none.</summary>
    public static bool TryReadPreamble(ReadOnlySpan<byte> preamble, out int number)
    {
        number = BinaryPrimitives.ReadInt32LittleEndian(preamble[4..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(preamble) == Magic;
    }

    /// <summary>
    /// The client's application, from connecting to the end of both directions and of the other side.
    /// </summary>
    /// <param name="route">Opens its connection.</param>
    public async Task RunAsync(Route route)
    {
        try
        {
            using IStreamConnection connection = await route();
            byte[] preamble = new byte[PreambleSize];
            BinaryPrimitives.WriteUInt32LittleEndian(preamble, Magic);
            BinaryPrimitives.WriteInt32LittleEndian(preamble.AsSpan(4), number);
            await connection.WriteAsync(preamble, CancellationToken.None);
            using var stream = new FlowStream(context, connection, number, isClient: true);
            await ClientAsync(stream);
            await stream.ReceiveEndAsync();
            if (!_hasServerEnded)
                throw new FlowException("INT-3: the client sees an end that the server did not make", true);
            await _served.Task;
            context.OnEnd(number);
        }
        catch (Exception e) when (IsFailure(e))
        {
            context.OnFailure($"{e.Message} (flow {number}, client)", IsBroken(e));
        }
    }

    /// <summary>The target's application.</summary>
    public async Task ServeAsync(IStreamConnection connection)
    {
        if (_isServed)
        {
            // A server that takes the client behind its new address for a new one serves its streams again.
            context.OnFailure($"INT-2: flow {number} reached the target twice", isBroken: true);
            connection.Dispose();
            return;
        }

        _isServed = true;
        try
        {
            using var stream = new FlowStream(context, connection, number, isClient: false);
            await ServerAsync(stream);
            _hasServerEnded = true;
            stream.End();
            await stream.ReceiveEndAsync();
            _served.TrySetResult();
        }
        catch (Exception e) when (IsFailure(e))
        {
            context.OnFailure($"{e.Message} (flow {number}, server)", IsBroken(e));
            _served.TrySetResult();
        }
    }

    private static bool IsFailure(Exception e) => e is FlowException or IOException or ObjectDisposedException;

    private static bool IsBroken(Exception e) => e is not FlowException { IsBroken: false };

    /// <summary>Ends with a half-close.</summary>
    protected abstract Task ClientAsync(FlowStream stream);

    protected abstract Task ServerAsync(FlowStream stream);
}
