using KcpTun.Crypt;
using KcpTun.Link;
using KcpTun.Primitives;

namespace KcpTun.Tunnel;

public sealed partial class LinkDriver : IPacketSink
{
    /// <summary>
    /// Datagrams sealed and sent together: enough for the cipher to interleave and for GSO to fill its segments, and
    /// small enough (256 KiB) to stay in the second-level cache between sealing and sending.
    /// </summary>
    private const int SendBatch = 128;

    /// <summary>Receive batches handled in one turn before the mail and the timers get theirs.</summary>
    private const int MaxReceiveRounds = 4;

    private DatagramBatch _received;
    private readonly OpenResult[] _opened;
    private readonly Queue<DatagramBatch> _backlog = new();
    private DatagramBatch _sending = new(SendBatch);
    private DatagramBatch? _spare;
    private int _backlogStart;

    Span<byte> IPacketSink.Reserve()
    {
        if (_sending.IsFull)
            SealAndSend();
        return _sending.Reserve();
    }

    void IPacketSink.Commit(int length, in PeerAddress peer)
    {
        Counters.OutPkts++;
        Counters.OutBytes += length;
        _sending.Commit(length, peer);
    }

    private void SealAndSend()
    {
        if (_sending.Count == 0)
            return;
        _envelope.Seal(_sending.Buffer, _sending.Slices, _options.Entropy);
        int sent = _backlog.Count > 0 ? 0 : _channel.SendBatch(_sending, 0);
        if (sent == _sending.Count)
        {
            _sending.Clear();
            return;
        }

        // The socket's buffer is full. Nothing is dropped: sessions stop flushing until the backlog is gone, so it is
        // bounded by what one turn's flushes produce.
        if (_backlog.Count == 0)
            _backlogStart = sent;
        _backlog.Enqueue(_sending);
        _sending = _spare ?? new DatagramBatch(SendBatch);
        _spare = null;
    }

    private void ResumeSending()
    {
        bool hadBacklog = _backlog.Count > 0;
        while (_backlog.TryPeek(out DatagramBatch? batch))
        {
            _backlogStart += _channel.SendBatch(batch, _backlogStart);
            if (_backlogStart < batch.Count)
                return;
            _backlog.Dequeue();
            _backlogStart = 0;
            batch.Clear();
            _spare = batch;
        }

        if (!hadBacklog)
            return;
        foreach (LinkSession session in _sessions.Values)
            MarkDirty(session);
    }

    private bool Receive(Instant now)
    {
        for (int round = 0; round < MaxReceiveRounds; round++)
        {
            int count = _channel.ReceiveBatch(_received);
            if (count == 0)
                return false;
            _envelope.Open(_received.Buffer, _received.Slices, _opened);
            for (int i = 0; i < count; i++)
                Accept(_opened[i], _received.Peers[i], now);
            ProcessDirty(now);
            SealAndSend();
        }

        return true;
    }

    private void Accept(in OpenResult result, in PeerAddress peer, Instant now)
    {
        if (_options.Link.IsClient && !_sessions.ContainsKey(peer))
        {
            Counters.InErrs++;
            return;
        }

        switch (result.Status)
        {
            case OpenStatus.TooShort:
                return;
            case OpenStatus.ChecksumMismatch:
                Counters.InCsumErrors++;
                _watch.OnChecksumMismatch(peer, now);
                return;
        }

        ReadOnlySpan<byte> packet = _received.Buffer.AsSpan(result.Payload.Offset, result.Payload.Length);
        LinkSession? session = Route(packet, peer, now);
        if (session is null)
            return;
        session.HasHeard = true;
        session.Core.Input(packet, now);
        MarkDirty(session);
    }

    /// <summary>Finds or opens the session a packet belongs to (PROTOCOL c.10).</summary>
    private LinkSession? Route(ReadOnlySpan<byte> packet, in PeerAddress peer, Instant now)
    {
        bool isKnown = _sessions.TryGetValue(peer, out LinkSession? session);
        if (_options.Link.IsClient)
            return session;
        PacketClass packetClass = PacketClass.Of(packet, _options.Link.ReceiveWindow);
        if (isKnown)
        {
            if (!packetClass.HasConversation || packetClass.Conversation == session!.Conversation)
                return session;
            if (packetClass.Sequence != 0 || !packetClass.MayOpen)
                return null;
            EndSession(session, LinkEnd.Replaced, now);
        }

        if (!packetClass.MayOpen || _sessions.Count >= _options.MaxSessions || _accepted.IsFull)
            return null;
        Counters.PassiveOpens++;
        session = AddSession(peer, packetClass.Conversation, now);
        _accepted.TryEnqueue(session);
        return session;
    }
}
