using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <content>Packets to the peer (PROTOCOL c.5).</content>
public sealed partial class KcpSession
{
    /// <summary>
    /// Full flush: acknowledgements, window probes, new segments and retransmissions.
    /// </summary>
    /// <param name="now">Milliseconds.</param>
    /// <param name="output">Takes the packets.</param>
    /// <returns>Milliseconds until the next flush is worth while: the interval or the nearest timeout.</returns>
    public int Flush(uint now, IKcpOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_auto is not null)
        {
            AutoTurn(now, output);
            return _options.Interval;
        }

        return FlushAll(now, output, needsNext: true);
    }

    private int FlushAll(uint now, IKcpOutput output, bool needsNext)
    {
        // A full flush does all that any packet absorbed before it could ask for.
        _isSettleDue = false;
        _isFlushDue = false;
        var writer = new KcpPacketWriter(output, Mtu);
        KcpHeader template = CreateTemplate();
        FlushControl(ref writer, in template, now);
        uint window = CurrentWindow();
        int admitted = Admit(window, now);
        bool allowEarly = admitted == 0 && !_isHeldBack;
        TransmitOutcome outcome = Transmit(ref writer, in template, allowEarly, needsNext, now);
        writer.Complete();
        _counters.OutSegs += writer.Segments;
        UpdateCongestion(in outcome, window);
        _bursts?.OnFlush(admitted, outcome.Retransmissions, _isHeldBack, _rtt.Srtt, now);
        Count(in outcome);
        return outcome.Next;
    }

    /// <summary>Flush without transmissions; in the new dialect it still admits segments to the window.</summary>
    private void FlushAcks(uint now, IKcpOutput output)
    {
        var writer = new KcpPacketWriter(output, Mtu);
        KcpHeader template = CreateTemplate();
        if (IsRelease2026)
        {
            FlushControl(ref writer, in template, now);
            int admitted = Admit(CurrentWindow(), now);
            _bursts?.OnFlush(admitted, 0, _isHeldBack, _rtt.Srtt, now);
        }
        else
        {
            WriteAcks(ref writer, in template);
        }

        writer.Complete();
        _counters.OutSegs += writer.Segments;
        if (IsRelease2026)
            UpdateCongestion(default, 0);
    }

    /// <summary>Window and una are those at the start of the flush.</summary>
    private KcpHeader CreateTemplate() => new KcpHeader
    {
        Conversation = Conversation,
        Window = (ushort)_receive.FreeWindow,
        Unacknowledged = _receive.Next,
    };

    /// <summary>Everything that is not data.</summary>
    private void FlushControl(ref KcpPacketWriter writer, in KcpHeader template, uint now)
    {
        // Probes repeat the sequence number and timestamp of the last ack of this flush, as the reference does.
        KcpHeader probe = WriteAcks(ref writer, in template);
        UpdateProbes(now);
        if (_probe.Ask)
            (probe with { Command = KcpHeader.WindowProbe }).Write(writer.Reserve(KcpHeader.Length));
        if (_probe.Tell)
            (probe with { Command = KcpHeader.WindowTell }).Write(writer.Reserve(KcpHeader.Length));
        _probe.Ask = false;
        _probe.Tell = false;
    }

    /// <summary>
    /// The reference asks at a closed window only. When a packet that opened it and moved una is lost, and an older one
    /// overtaken by it says that the window is open, it waits until the peer has something to send.
    /// </summary>
    private void UpdateProbes(uint now)
    {
        _probe.Update(_remoteWindow == 0, now);
        _unaProbe.Update(_send.AwaitsOnlyUna, now);
        _probe.Ask |= _unaProbe.Ask;
        _unaProbe.Ask = false;
    }

    /// <summary>
    /// The una field covers what is below it, so only later numbers are acknowledged one by one, and the last one
    /// for the sake of its timestamp.
    /// </summary>
    /// <returns>The last header written, or the template.</returns>
    private KcpHeader WriteAcks(ref KcpPacketWriter writer, in KcpHeader template)
    {
        KcpHeader header = template with { Command = KcpHeader.Ack };
        ReadOnlySpan<AckList.Entry> acks = _acks.Entries;
        for (int i = 0; i < acks.Length; i++)
        {
            bool isCovered = SequenceNumber.Difference(acks[i].SequenceNumber, _receive.Next) < 0;
            if (isCovered && i < acks.Length - 1)
                continue;
            header = header with { SequenceNumber = acks[i].SequenceNumber, Timestamp = acks[i].Timestamp };
            header.Write(writer.Reserve(KcpHeader.Length));
        }

        _acks.Clear();
        return header;
    }

    private uint CurrentWindow()
    {
        uint window = Math.Min((uint)SendWindow, _remoteWindow);
        return _options.CongestionControl ? Math.Min(window, _congestion.Size) : window;
    }

    private void UpdateCongestion(in TransmitOutcome outcome, uint window)
    {
        if (!_options.CongestionControl)
            return;
        if (outcome.Fast + outcome.Early > 0)
            _congestion.OnFastRetransmit((uint)_send.InFlight, FastResendThreshold);
        if (outcome.TimedOut > 0)
            _congestion.OnTimeout(window);
        _congestion.EnsureOne();
    }

    private void Count(in TransmitOutcome outcome)
    {
        _counters.LostSegs += outcome.TimedOut;
        _counters.FastRetransSegs += outcome.Fast;
        _counters.EarlyRetransSegs += outcome.Early;
        _counters.RetransSegs += outcome.Retransmissions;
        _counters.RingBufferSndQueue = _send.Queued;
        _counters.RingBufferRcvQueue = _receive.QueueCount;
        _counters.RingBufferSndBuffer = _send.InFlight;
    }
}
