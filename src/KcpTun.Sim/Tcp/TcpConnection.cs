using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;
using KcpTun.Sim.Network;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Tcp;

/// <summary>One end of a TCP connection that goes over the path itself, not through the tunnel.</summary>
internal sealed class TcpConnection : IStreamConnection
{
    /// <summary>Longest that an acknowledgement is held back, as in Linux.</summary>
    private const long AckDelay = 40 * SimTime.Millisecond;

    private readonly SimHost _host;
    private readonly PeerAddress _local;
    private readonly PeerAddress _remote;
    private readonly TcpSender _sender;
    private readonly TcpReceiver _receiver = new();
    private readonly Waiter _reader = new();
    private readonly Waiter _writer = new();
    private readonly Alarm _sendAlarm;
    private readonly Alarm _ackAlarm;
    private long _ackDeadline = SimTime.Never;
    private bool _hasPeer;
    private bool _hasEnded;
    private bool _isDisposed;

    public TcpConnection(SimHost host, PeerAddress local, PeerAddress remote)
    {
        _host = host;
        _local = local;
        _remote = remote;
        _sender = new TcpSender(Emit);
        _sendAlarm = new Alarm(OnSendTime);
        _ackAlarm = new Alarm(OnAckTime);
    }

    public string RemoteName => _remote.ToString();

    /// <summary>Both ends have heard each other.</summary>
    public bool IsEstablished => _hasPeer && _sender.Acknowledged > 0;

    /// <summary>Sends the SYN.</summary>
    public void Open()
    {
        _sender.Write(TcpFlags.Syn);
        Send();
    }

    /// <summary>Answers a SYN.</summary>
    public void Open(in TcpHeader header, ReadOnlySpan<byte> segment)
    {
        _sender.Write(TcpFlags.Syn);
        OnSegment(header, segment);
    }

    /// <summary>Waits until the other side has answered.</summary>
    public async ValueTask WaitUntilEstablishedAsync()
    {
        while (!IsEstablished)
            await _writer.ArmLocked();
    }

    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_receiver.Ready > 0)
                return Read(destination.Span);
            if (_receiver.HasEnded)
                return 0;
            await _reader.ArmLocked();
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            int length = Math.Min(source.Length, _sender.Free);
            _sender.Write(source.Span[..length]);
            source = source[length..];
            Send();
            if (source.IsEmpty)
                return;
            await _writer.ArmLocked();
        }
    }

    public void ShutdownWrite()
    {
        if (_hasEnded)
            return;
        _hasEnded = true;
        _sender.Write(TcpFlags.Fin);
        Send();
    }

    /// <summary>Ends this side. What is under way still arrives; what comes is taken and forgotten.</summary>
    public void Dispose()
    {
        ShutdownWrite();
        _isDisposed = true;
        _reader.SignalLocked();
        _writer.SignalLocked();
    }

    /// <summary>A segment arrives.</summary>
    public void OnSegment(in TcpHeader header, ReadOnlySpan<byte> segment)
    {
        long sequence = TcpHeader.Expand(header.Sequence, _receiver.Next);
        AckNeed need = _receiver.Accept(sequence, header.Flags, segment[header.Length..]);
        _hasPeer |= (header.Flags & TcpFlags.Syn) != 0;
        _ackDeadline = need switch
        {
            AckNeed.Now => _host.Loop.Now,
            AckNeed.Delayed => Math.Min(_ackDeadline, _host.Loop.Now + AckDelay),
            _ => _ackDeadline,
        };
        if ((header.Flags & TcpFlags.Ack) != 0)
        {
            Span<TcpRange> blocks = stackalloc TcpRange[header.Blocks];
            header.ReadBlocks(segment, _sender.Acknowledged, blocks);
            long acknowledged = TcpHeader.Expand(header.Acknowledgement, _sender.Acknowledged);
            _sender.OnAcknowledgement(acknowledged, (int)header.Window, blocks, _host.Loop.Now);
        }

        if (_isDisposed)
            _receiver.Discard();
        Send();
        if (_receiver.Ready > 0 || _receiver.HasEnded)
            _reader.SignalLocked();
        if (IsEstablished && _sender.Free > 0)
            _writer.SignalLocked();
    }

    private int Read(Span<byte> destination)
    {
        bool wasShut = _receiver.Window < TcpHeader.MaxPayload;
        int length = _receiver.Read(destination);
        if (wasShut && _receiver.Window >= TcpHeader.MaxPayload)
            Acknowledge();
        return length;
    }

    /// <summary>Sends what may leave, and an acknowledgement that is due if nothing took it along.</summary>
    private void Send()
    {
        _sender.Send(_host.Loop.Now);
        if (_ackDeadline <= _host.Loop.Now)
            Acknowledge();
        Arm(_ackAlarm, _ackDeadline);
        Arm(_sendAlarm, _sender.Deadline);
    }

    private void OnSendTime(long now)
    {
        if (now >= _sender.Deadline)
            _sender.OnTime(now);
        Arm(_sendAlarm, _sender.Deadline);
    }

    private void OnAckTime(long now)
    {
        if (now >= _ackDeadline)
            Acknowledge();
        Arm(_ackAlarm, _ackDeadline);
    }

    private void Arm(Alarm alarm, long deadline)
    {
        if (deadline != SimTime.Never)
            _host.Loop.Schedule(deadline, alarm);
    }

    private void Acknowledge() => Emit(_sender.Next, TcpFlags.None, [], TcpHeader.MaxBlocks);

    private void Emit(OutSegment segment)
    {
        // A full segment has no room for blocks on a path of 1,500 bytes.
        bool isFull = segment.Length > TcpHeader.MaxPayloadWithBlocks;
        if (isFull && _receiver.HasBlocks && _ackDeadline <= _host.Loop.Now)
            Acknowledge();
        Emit(segment.Start, segment.Flags, segment.Payload.AsSpan(0, segment.Length), isFull ? 0 : TcpHeader.MaxBlocks);
    }

    private void Emit(long sequence, TcpFlags flags, ReadOnlySpan<byte> payload, int mostBlocks)
    {
        Span<TcpRange> room = stackalloc TcpRange[mostBlocks];
        Span<TcpRange> blocks = room[.._receiver.TakeBlocks(room)];
        var header = new TcpHeader(
            (uint)sequence, (uint)_receiver.Next, (uint)_receiver.Window,
            flags | (_hasPeer ? TcpFlags.Ack : TcpFlags.None), blocks.Length);
        LinkPacket packet = _host.Rent();
        packet.Transport = Transport.Tcp;
        packet.From = _local;
        packet.To = _remote;
        packet.Length = header.Length + payload.Length;
        header.Write(packet.Buffer, blocks);
        payload.CopyTo(packet.Buffer.AsSpan(header.Length));
        _ackDeadline = SimTime.Never;
        _host.Send(packet);
    }

    private sealed class Alarm(Action<long> action) : SimEvent
    {
        protected internal override void Fire(long now) => action(now);
    }
}
