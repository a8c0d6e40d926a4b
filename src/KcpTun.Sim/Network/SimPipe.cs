using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Network;

/// <summary>One direction of a virtual TCP connection: bytes in order, bounded, then an end or a reset.</summary>
internal sealed class SimPipe(SimLoop loop)
{
    /// <summary>Bytes that may be written and not yet read, as a socket's two buffers would hold.</summary>
    public const int Capacity = 256 * 1024;

    private readonly ByteQueue _bytes = new(Capacity);
    private readonly Waiter _reader = new();
    private readonly Waiter _writer = new();
    private bool _hasEnded;
    private bool _isBroken;

    /// <summary>Most bytes one read returns; fewer than asked for is what real sockets do as well.</summary>
    public int LongestRead { get; init; } = int.MaxValue;

    /// <summary>The writer is done: the reader sees the end after the last byte.</summary>
    public void End()
    {
        loop.AssertThread();
        _hasEnded = true;
        _reader.SignalLocked();
        _writer.SignalLocked();
    }

    /// <summary>The reader is gone: whoever writes is told.</summary>
    public void Break()
    {
        loop.AssertThread();
        _isBroken = true;
        _bytes.Clear();
        _reader.SignalLocked();
        _writer.SignalLocked();
    }

    /// <summary>Ends a wait of the reader, because its connection closes or its call is cancelled.</summary>
    public void WakeReader() => _reader.SignalLocked();

    /// <summary>Ends a wait of the writer, because its call is cancelled.</summary>
    private void WakeWriter() => _writer.SignalLocked();

    public ValueTask<int> ReadAsync(Memory<byte> destination, Func<bool> isClosed, CancellationToken cancellation)
    {
        loop.AssertThread();
        // What is there needs no wait, and so no state machine and no registration: with hosts that read byte by byte
        // these were more than a twentieth of the swarm's time.
        return _bytes.Count > 0 && !cancellation.IsCancellationRequested && !isClosed()
            ? ValueTask.FromResult(Take(destination))
            : WaitAndReadAsync(destination, isClosed, cancellation);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> source, Func<bool> isClosed, CancellationToken cancellation)
    {
        loop.AssertThread();
        if (_isBroken || _hasEnded || source.Length > _bytes.Free || cancellation.IsCancellationRequested || isClosed())
            return WaitAndWriteAsync(source, isClosed, cancellation);
        if (_bytes.Write(source.Span) > 0)
            _reader.SignalLocked();
        return ValueTask.CompletedTask;
    }

    private int Take(Memory<byte> destination)
    {
        if (destination.IsEmpty)
            return 0;
        int length = _bytes.Read(destination.Span[..Math.Min(destination.Length, LongestRead)]);
        _writer.SignalLocked();
        return length;
    }

    private async ValueTask<int> WaitAndReadAsync(
        Memory<byte> destination, Func<bool> isClosed, CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(
            static state => ((SimPipe)state!).WakeReader(), this);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(isClosed(), typeof(SimConnection));
            if (_bytes.Count > 0)
                return Take(destination);
            if (_hasEnded || _isBroken)
                return 0;
            await _reader.ArmLocked();
        }
    }

    private async ValueTask WaitAndWriteAsync(
        ReadOnlyMemory<byte> source, Func<bool> isClosed, CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(
            static state => ((SimPipe)state!).WakeWriter(), this);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(isClosed(), typeof(SimConnection));
            if (_isBroken)
                throw new IOException("The connection was reset by the peer.");
            if (_hasEnded)
                throw new IOException("The sending side of the connection is closed.");
            int taken = _bytes.Write(source.Span);
            if (taken > 0)
                _reader.SignalLocked();
            source = source[taken..];
            if (source.IsEmpty)
                return;
            await _writer.ArmLocked();
        }
    }
}
