using KcpTun.Link;
using KcpTun.Primitives;

namespace KcpTun.Tunnel;

public sealed partial class LinkSession
{
    /// <summary>
    /// How long a closed stream may wait, without sending anything, for the peer's window to send its last bytes. A
    /// peer
    /// that has closed the stream altogether never opens it again (PROTOCOL e.6, the stuck-writer hazard).
    /// </summary>
    private const int LingerSeconds = 30;

    private readonly Dictionary<uint, MuxStream> _streams = [];
    private readonly Queue<LingeringStream> _lingering = new();
    private uint _lastUna;

    /// <summary>The protocol state (driver).</summary>
    internal LinkCore Core { get; private set; } = null!;

    /// <summary>The deadline under which the driver's timer queue knows this session (driver).</summary>
    internal Instant QueuedDeadline { get; set; } = Instant.Never;

    /// <summary>The session has work in this step (driver).</summary>
    internal bool IsDirty { get; set; }

    /// <summary>An authentic packet of the peer has come (driver).</summary>
    internal bool HasHeard { get; set; }

    internal void Attach(LinkCore core) => Core = core;

    void Smux.ISmuxHandler.OnOpened(uint streamId)
    {
        MuxStream stream = AddStream(streamId);
        if (_accepted.TryEnqueue(stream))
            return;
        stream.Abort();
    }

    void Smux.ISmuxHandler.OnData(uint streamId, ReadOnlySpan<byte> data)
    {
        _budget.Add(data.Length);
        if (_streams.TryGetValue(streamId, out MuxStream? stream) && stream.Deliver(data))
            return;
        // Closed here a moment ago; the core learns of it with the next notes and returns the tokens then.
        _budget.Release(data.Length);
    }

    void Smux.ISmuxHandler.OnEndOfStream(uint streamId)
    {
        if (_streams.TryGetValue(streamId, out MuxStream? stream))
            stream.DeliverEnd();
    }

    int Smux.ISmuxSource.Read(uint streamId, Span<byte> destination) =>
        _streams.TryGetValue(streamId, out MuxStream? stream) ? stream.TakeUnsent(destination) : 0;

    internal void ResumeLater(MuxStream stream) => _driver.ResumeLater(stream);

    internal void Apply(in Mail mail, Instant now)
    {
        if (mail.Opened is not null)
            Open(mail.Opened);
        else if (mail.Stream is not null)
            Apply(mail.Stream, now);
    }

    /// <summary>Publishes what application threads may ask about (driver, after each turn).</summary>
    internal void Publish(Instant now)
    {
        _isStarved = Core.IsStarved;
        _isSendIdle = Core.IsSendIdle;
        uint una = Core.Kcp.SendUna;
        if (Core.Kcp.WaitSend == 0)
            Interlocked.Exchange(ref _stalledSince, long.MaxValue);
        else if (una != _lastUna || StalledSince == Instant.Never)
            Interlocked.Exchange(ref _stalledSince, now.Microseconds);
        _lastUna = una;
        DropLingering(now);
    }

    internal Instant NextDeadline(Instant now)
    {
        Instant deadline = Core.NextDeadline(now);
        return _lingering.TryPeek(out LingeringStream head)
            ? Instant.Min(deadline, head.Deadline)
            : deadline;
    }

    internal void Finish(LinkEnd reason, string text)
    {
        EndText = text;
        foreach (MuxStream stream in _streams.Values.OrderBy(s => s.Id))
            stream.EndSession(reason);
        _streams.Clear();
        _streamCount = 0;
        _isSendIdle = true;
        _ended.TrySetResult(reason);
        _accepted.Complete();
    }

    private void Open(TaskCompletionSource<MuxStream> opened)
    {
        if (HasEnded)
            opened.SetException(new IOException($"The session ended: {EndText}"));
        else if (Core.Smux.TryOpen(out uint streamId))
            opened.SetResult(AddStream(streamId));
        else
            opened.SetException(new IOException("The session has no stream ids left."));
    }

    private MuxStream AddStream(uint streamId)
    {
        var stream = new MuxStream(this, streamId, _streamBuffer);
        _streams.Add(streamId, stream);
        _streamCount = _streams.Count;
        return stream;
    }

    private void Apply(MuxStream stream, Instant now)
    {
        StreamNotes notes = stream.TakeNotes();
        uint id = stream.Id;
        if (!_streams.ContainsKey(id))
            return;
        if (notes.Offered > 0)
            Core.Smux.Offer(id, notes.Offered);
        if (notes.Consumed > 0)
            Core.Smux.Consumed(id, notes.Consumed);
        if (notes.CloseWrite)
            Core.Smux.CloseWrite(id);
        if (notes.Close)
            Close(stream, notes.Abort, now);
    }

    private void Close(MuxStream stream, bool isAbort, Instant now)
    {
        uint id = stream.Id;
        if (isAbort)
        {
            Core.Smux.Abort(id);
            Forget(id);
            return;
        }

        Core.Smux.Close(id);
        if (stream.UnsentBytes == 0)
            Forget(id);
        else
            Linger(id, stream.UnsentBytes, now);
    }

    private void DropLingering(Instant now)
    {
        while (_lingering.TryPeek(out LingeringStream head))
        {
            int unsent = _streams.TryGetValue(head.StreamId, out MuxStream? stream) ? stream.UnsentBytes : 0;
            if (unsent > 0 && now < head.Deadline)
                return;
            _lingering.Dequeue();
            if (unsent > 0 && (unsent < head.UnsentBytes || MayGoOn(head)))
            {
                Linger(head.StreamId, unsent, now);
                continue;
            }

            if (unsent > 0)
            {
                Core.Smux.Abort(head.StreamId);
                stream!.DropUnsent();
            }

            Forget(head.StreamId);
        }
    }

    private void Linger(uint streamId, int unsentBytes, Instant now)
    {
        uint sentUpTo = unchecked(Core.Kcp.SendUna + (uint)Core.Kcp.WaitSend);
        _lingering.Enqueue(new LingeringStream(now.AddSeconds(LingerSeconds), streamId, unsentBytes, sentUpTo));
    }

    /// <summary>
    /// The path is slow, but not the peer's reader: it leaves room, or has not yet got all that was under way.
    /// </summary>
    private bool MayGoOn(in LingeringStream stream) =>
        Core.Smux.PeerWindow(stream.StreamId) > 0
        || SequenceNumber.Difference(Core.Kcp.SendUna, stream.SentUpTo) < 0;

    private void Forget(uint streamId)
    {
        _streams.Remove(streamId);
        _streamCount = _streams.Count;
    }

    /// <param name="Deadline">When it is given up, unless it has sent something by then.</param>
    /// <param name="UnsentBytes">What it had left to send when the deadline was set.</param>
    /// <param name="SentUpTo">The first segment that was not under way then.</param>
    private readonly record struct LingeringStream(Instant Deadline, uint StreamId, int UnsentBytes, uint SentUpTo);
}
