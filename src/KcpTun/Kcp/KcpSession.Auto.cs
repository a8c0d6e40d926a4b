using KcpTun.Kcp.Auto;
using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <content>The session in mode auto: packets leave when <see cref="AutoSender"/> says so.</content>
public sealed partial class KcpSession
{
    private readonly AutoSender? _auto;
    private AckSchedule _ackSchedule;
    private bool _hasNewSegment;
    private bool _hasPush;
    private PeerReports _reports;
    private AckMemory? _ackMemory;
    private AckList.Entry _repeatedAck;

    /// <summary>
    /// The layer above has more than it was allowed to queue. Mode auto must know: the last segments of all are sent
    /// with more care than those that others follow.
    /// </summary>
    public void SetBacklogged(bool isBacklogged)
    {
        if (_auto is not null)
            _auto.IsBacklogged = isBacklogged;
    }

    /// <summary>
    /// Whether packets carry FEC headers, if FEC is on. A peer in mode auto needs none: it has window enough to wait
    /// for retransmissions.
    /// </summary>
    public bool UsesFec => _auto is null || !_reports.IsPeerAuto;

    /// <summary>Whether a complete group gets its parity.</summary>
    public bool WantsParity => _auto is null || _auto.WantsParity;

    /// <summary>Time has passed: mode auto finds out what may leave.</summary>
    /// <param name="now">Milliseconds.</param>
    public void Advance(uint now) => _auto?.Advance(now);

    /// <summary>
    /// Acknowledgements go first: the una in front of them settles the same segments without saying which of their
    /// transmissions arrived.
    /// </summary>
    private void BeginAutoPacket(ReadOnlySpan<byte> packet, uint now)
    {
        _hasNewSegment = false;
        _hasPush = false;
        _auto!.BeginPacket(now);
        _reports.OnPacketReceived();
        bool isFirst = true;
        while (packet.Length >= KcpHeader.Length)
        {
            KcpHeader header = KcpHeader.Read(packet);
            packet = packet[KcpHeader.Length..];
            if (Check(in header, packet.Length) != KcpInputResult.Ok)
                return;
            if (header.Command == KcpHeader.Ack)
            {
                if (_send.Contains(header.SequenceNumber))
                    _auto.OnAck(header.SequenceNumber, header.Timestamp, isFirst);
                isFirst = false;
            }

            packet = packet[(int)header.PayloadLength..];
        }
    }

    private void EndAutoPacket(uint now)
    {
        _auto!.EndPacket();
        if (_hasPush)
            _ackSchedule.OnPacket(_hasNewSegment, now);
    }

    private void NoteAck(uint sn, uint timestamp, bool isNew)
    {
        _hasPush = true;
        // What una does not cover is acknowledged again each time it is repeated: the peer has missed that it arrived,
        // and would repeat it until una covers it.
        bool isOpen = isNew || SequenceNumber.Difference(sn, _receive.Next) >= 0;
        _hasNewSegment |= isOpen;
        if (isOpen || _auto is null)
            _acks.Add(sn, timestamp);
        else
            _repeatedAck = new AckList.Entry(sn, timestamp);
    }

    /// <summary>Sends all that is due.</summary>
    private void AutoTurn(uint now, IKcpOutput output)
    {
        AutoSender auto = _auto!;
        auto.Advance(now);
        var writer = new KcpPacketWriter(output, Mtu);
        KcpHeader template = CreateTemplate();
        UpdateProbes(now);
        if (_ackSchedule.IsDue(now) || _probe.Ask || _probe.Tell)
            WriteAutoControl(ref writer, in template);
        while (auto.TryNext(_remoteWindow, out uint sn, out TransmissionCause cause))
        {
            if (_ackSchedule.IsPending)
                WriteAutoControl(ref writer, in template);
            WriteAuto(ref writer, in template, sn, cause, now);
        }

        while (auto.TryNextEarlyCopy(writer.Room, out uint early))
            WriteAuto(ref writer, in template, early, TransmissionCause.Copy, now);
        auto.EndTurn();
        writer.Complete();
        _reports.OnPacketsSent(writer.Packets);
        _counters.OutSegs += writer.Segments;
        Count(default);
    }

    /// <summary>
    /// As in the other modes, una speaks for what is below it, and one of those is acknowledged for its timestamp. That
    /// is one that was new: a repetition says how late it is, not how long the path takes.
    /// </summary>
    private KcpHeader WriteAutoAcks(ref KcpPacketWriter writer, in KcpHeader template)
    {
        KcpHeader header = template with { Command = KcpHeader.Ack };
        int repeatable = _ackMemory?.Count ?? 0;
        int repetitions = AckMemory.Repetitions(_auto!.LossNow);
        ReadOnlySpan<AckList.Entry> acks = _acks.Entries;
        for (int i = 0; i < acks.Length; i++)
        {
            bool isCovered = SequenceNumber.Difference(acks[i].SequenceNumber, _receive.Next) < 0;
            if (isCovered && i < acks.Length - 1)
                continue;
            header = header with { SequenceNumber = acks[i].SequenceNumber, Timestamp = acks[i].Timestamp };
            header.Write(writer.Reserve(KcpHeader.Length));
            if (!isCovered && _reports.IsPeerAuto)
                (_ackMemory ??= new AckMemory()).Add(header.SequenceNumber, header.Timestamp, repetitions);
        }

        // Never without a new one: the first acknowledgement of a packet is no repetition.
        if (acks.Length == 0)
            repeatable = 0;
        while (_ackMemory is not null
            && _ackMemory.TryTake(_receive.Next, ref repeatable, out AckList.Entry again))
        {
            header = header with { SequenceNumber = again.SequenceNumber, Timestamp = again.Timestamp };
            header.Write(writer.Reserve(KcpHeader.Length));
        }

        if (writer.Segments == 0 && _ackSchedule.IsPending)
        {
            header = header with
            {
                SequenceNumber = _repeatedAck.SequenceNumber,
                Timestamp = _repeatedAck.Timestamp,
            };
            header.Write(writer.Reserve(KcpHeader.Length));
        }

        _acks.Clear();
        return header;
    }

    /// <summary>An out-of-band packet of the peer, FEC header included. Others than mode auto's are ignored.</summary>
    public void AbsorbOutOfBand(ReadOnlySpan<byte> packet)
    {
        if (_auto is null || !Announcement.TryRead(packet, Conversation, out Announcement announcement))
            return;
        _reports.OnAnnouncement(in announcement);
        _auto.IsPeerAuto = true;
        _auto.ReportedLoss = _reports.Loss;
    }

    /// <summary>Writes the out-of-band packet that is due, if any, FEC header included.</summary>
    /// <param name="destination">At least 32 bytes.</param>
    /// <param name="now">Milliseconds.</param>
    /// <returns>Its length, or 0.</returns>
    public int TakeOutOfBand(Span<byte> destination, uint now)
    {
        if (_auto is null || !_reports.IsDue(now))
            return 0;
        _reports.Take(now).Write(destination, Conversation);
        return Announcement.Length;
    }

    private void WriteAutoControl(ref KcpPacketWriter writer, in KcpHeader template)
    {
        KcpHeader probe = WriteAutoAcks(ref writer, in template);
        if (_probe.Ask)
            (probe with { Command = KcpHeader.WindowProbe }).Write(writer.Reserve(KcpHeader.Length));
        if (_probe.Tell)
            (probe with { Command = KcpHeader.WindowTell }).Write(writer.Reserve(KcpHeader.Length));
        _probe.Ask = false;
        _probe.Tell = false;
        _ackSchedule.Clear();
    }

    private void WriteAuto(
        ref KcpPacketWriter writer, in KcpHeader template, uint sn, TransmissionCause cause, uint now)
    {
        int index = _send.IndexOf(sn);
        WritePush(ref writer, in template, sn, index, now);
        _auto!.OnSent(sn, cause, _send.Payload(index).Length);
        switch (cause)
        {
            case TransmissionCause.Lost:
                _counters.FastRetransSegs++;
                break;
            case TransmissionCause.Probe:
                _counters.LostSegs++;
                break;
            case TransmissionCause.Copy:
                _counters.EarlyRetransSegs++;
                break;
        }

        if (cause != TransmissionCause.New)
            _counters.RetransSegs++;
    }

    private bool TryGetAutoDeadline(uint now, out uint deadline)
    {
        bool hasDeadline = _auto!.TryGetDeadline(_remoteWindow, out deadline);
        if (_ackSchedule.IsPending)
            Note(_ackSchedule.DueAt, ref deadline);
        if (_probe.Ask || _probe.Tell)
            Note(now, ref deadline);
        if (_remoteWindow == 0)
            Note(_probe.Wait == 0 ? now : _probe.DueAt, ref deadline);
        if (_send.AwaitsOnlyUna)
            Note(_unaProbe.Wait == 0 ? now : _unaProbe.DueAt, ref deadline);
        return hasDeadline;

        void Note(uint at, ref uint nearest)
        {
            if (!hasDeadline || SequenceNumber.Difference(at, nearest) < 0)
                nearest = at;
            hasDeadline = true;
        }
    }
}
