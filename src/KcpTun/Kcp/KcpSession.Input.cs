using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <content>Packets from the peer (PROTOCOL c.4).</content>
public sealed partial class KcpSession
{
    private bool _isSettleDue;
    private bool _isFlushDue;

    /// <summary>
    /// Applies one packet and remembers which flush it asks for; <see cref="Settle"/> performs it.
    /// </summary>
    /// <param name="packet">One KCP packet, envelope and FEC header removed.</param>
    /// <param name="isRegular">False for a packet recovered by FEC: its window and timestamps are stale.</param>
    /// <param name="now">Milliseconds.</param>
    public KcpInputResult Absorb(ReadOnlySpan<byte> packet, bool isRegular, uint now)
    {
        if (packet.Length < KcpHeader.Length)
            return KcpInputResult.TooShort;
        uint una = _send.Una;
        var pass = new InputPass { IsRegular = isRegular };
        if (_auto is not null)
            BeginAutoPacket(packet, now);
        KcpInputResult result = ApplyAll(packet, ref pass);
        if (_auto is not null)
            EndAutoPacket(now);
        OvertakingResult overtaking = _send.TakeOvertaking();
        _hasFastAcks |= overtaking.AnyUnacknowledged;
        pass.NeedsFlush |= overtaking.AnyReached && IsRelease2026;
        if (result == KcpInputResult.Ok)
            Conclude(in pass, una, now);
        return result;
    }

    /// <summary>
    /// Performs the flush that the packets absorbed since the last call ask for. Called after every packet this is
    /// exactly the reference; called once per batch it saves the flushes in between.
    /// </summary>
    /// <param name="ackNoDelay">Whether acknowledgements leave at once instead of with the next timer flush.</param>
    /// <param name="now">Milliseconds.</param>
    /// <param name="output">Takes the packets.</param>
    public void Settle(bool ackNoDelay, uint now, IKcpOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_auto is not null)
        {
            AutoTurn(now, output);
            return;
        }

        if (!_isSettleDue)
            return;
        _isSettleDue = false;
        if (_isFlushDue)
            FlushAll(now, output, needsNext: false);
        else if ((IsRelease2026 && _acks.Count >= Mtu / KcpHeader.Length) || (ackNoDelay && _acks.Count > 0))
            FlushAcks(now, output);
    }

    /// <summary>Makes the next <see cref="Settle"/> a full flush: data has been queued.</summary>
    public void RequestFlush()
    {
        _isSettleDue = true;
        _isFlushDue = true;
    }

    /// <summary><see cref="Absorb"/> and <see cref="Settle"/> in one: the reference's Input.</summary>
    public KcpInputResult Input(
        ReadOnlySpan<byte> packet, bool isRegular, bool ackNoDelay, uint now, IKcpOutput output)
    {
        KcpInputResult result = Absorb(packet, isRegular, now);
        if (result == KcpInputResult.Ok)
            Settle(ackNoDelay, now, output);
        return result;
    }

    private KcpInputResult ApplyAll(ReadOnlySpan<byte> packet, ref InputPass pass)
    {
        while (packet.Length >= KcpHeader.Length)
        {
            KcpHeader header = KcpHeader.Read(packet);
            packet = packet[KcpHeader.Length..];
            KcpInputResult result = Check(in header, packet.Length);
            if (result != KcpInputResult.Ok)
                return result;
            Apply(in header, packet[..(int)header.PayloadLength], ref pass);
            packet = packet[(int)header.PayloadLength..];
        }

        return KcpInputResult.Ok;
    }

    private KcpInputResult Check(in KcpHeader header, int remaining)
    {
        if (header.Conversation != Conversation)
            return KcpInputResult.WrongConversation;
        if (header.PayloadLength > (uint)remaining)
            return KcpInputResult.Truncated;
        return KcpHeader.IsKnownCommand(header.Command) ? KcpInputResult.Ok : KcpInputResult.UnknownCommand;
    }

    private void Apply(in KcpHeader header, ReadOnlySpan<byte> payload, ref InputPass pass)
    {
        if (pass.IsRegular)
            _remoteWindow = header.Window;
        _auto?.OnUna(header.Unacknowledged);
        pass.NeedsFlush |= _send.RemoveBefore(header.Unacknowledged);
        switch (header.Command)
        {
            case KcpHeader.Push:
                ApplyPush(in header, payload, pass.IsRegular);
                break;
            case KcpHeader.Ack:
                ApplyAck(in header);
                pass.HasAck = true;
                pass.LatestTimestamp = header.Timestamp;
                break;
            case KcpHeader.WindowProbe:
                _probe.Tell = true;
                break;
        }

        pass.Segments++;
    }

    private void ApplyAck(in KcpHeader header)
    {
        if (!_send.Contains(header.SequenceNumber))
            return;
        _send.Acknowledge(header.SequenceNumber);
        if (_auto is null)
            _send.NoteAck(header.SequenceNumber, header.Timestamp);
    }

    private void ApplyPush(in KcpHeader header, ReadOnlySpan<byte> payload, bool isRegular)
    {
        uint sn = header.SequenceNumber;
        int ahead = SequenceNumber.Difference(sn, _receive.Next);
        bool isInWindow = ahead < _options.ReceiveWindow;
        bool isNew = isInWindow && ahead >= 0 && !_receive.Contains(sn);
        if (isNew && (payload.Length > PacketPool.SlotSize || !_receive.TryStore(sn, header.Fragment, payload)))
        {
            RefusedSegments++;
            return;
        }

        if (isInWindow)
            NoteAck(sn, header.Timestamp, isNew);
        if (isNew)
            DeliverInOrder();
        else if (isRegular)
            _counters.RepeatSegs++;
    }

    /// <summary>What follows the last segment of a packet that held no error.</summary>
    private void Conclude(in InputPass pass, uint unaBefore, uint now)
    {
        _counters.InSegs += pass.Segments;
        if (pass.HasAck && pass.IsRegular)
        {
            int rtt = SequenceNumber.Difference(now, pass.LatestTimestamp);
            if (rtt >= 0)
                _rtt.Sample(rtt, (uint)_options.Interval);
        }

        if (_options.CongestionControl && _send.Una != unaBefore)
            _congestion.Grow(_remoteWindow);
        _isSettleDue = true;
        _isFlushDue |= pass.NeedsFlush;
    }

    /// <summary>What the segments of one packet add up to.</summary>
    private struct InputPass
    {
        public bool IsRegular;
        public bool NeedsFlush;
        public bool HasAck;
        public uint LatestTimestamp;
        public int Segments;
    }
}
