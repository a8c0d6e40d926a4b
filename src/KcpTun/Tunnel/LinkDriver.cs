using System.Buffers.Binary;
using KcpTun.Crypt;
using KcpTun.IO;
using KcpTun.Link;
using KcpTun.Primitives;

namespace KcpTun.Tunnel;

/// <summary>
/// Drives the sessions of one UDP socket. <see cref="Step"/> is synchronous and never blocks: receive, take the mail,
/// run what is due, seal, send, and say when to be called again. In production a thread of its own calls it, in the
/// simulator the event queue; the code is the same.
/// </summary>
public sealed partial class LinkDriver
{
    /// <summary>
    /// How long a driver sleeps at most while its socket takes no more: what is due must wait for it anyway, and the
    /// channel ends the sleep when there is room.
    /// </summary>
    private const int BlockedPauseSeconds = 1;

    private readonly IDatagramChannel _channel;
    private readonly DriverOptions _options;
    private readonly LinkResources _resources;
    private readonly Envelope _envelope;
    private readonly Mailbox _mailbox = new();
    private readonly Dictionary<PeerAddress, LinkSession> _sessions = [];
    private readonly List<LinkSession> _dirty = [];
    private readonly List<MuxStream> _resuming = [];
    private readonly PriorityQueue<LinkSession, (long Microseconds, long Order)> _timers = new();
    private readonly AsyncQueue<LinkSession> _accepted;
    private readonly WireWatch _watch;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _timerOrder;
    private volatile bool _isStopRequested;
    private volatile bool _isTrimRequested;

    public LinkDriver(IDatagramChannel channel, DriverOptions options)
    {
        _channel = channel;
        _options = options;
        _envelope = Envelope.Create(options.Link.Cipher, options.Pass);
        _resources = new LinkResources(
            new PacketPool(options.Budget), new SnmpCounters(), options.Budget,
            new LinkScratch(options.Link.Smux.FrameSize), options.Entropy);
        _accepted = new AsyncQueue<LinkSession>(options.AcceptBacklog);
        _watch = new WireWatch(options.Logger);
        _received = channel.CreateReceiveBatch();
        _opened = new OpenResult[_received.Capacity];
    }

    /// <summary>The socket the driver owns.</summary>
    public IDatagramChannel Channel => _channel;

    /// <summary>The socket's own address.</summary>
    public PeerAddress Local => _channel.Local;

    /// <summary>Memory of all streams' queues.</summary>
    internal TrimmedArrayPool Buffers { get; } = new();

    /// <summary>Counters of all sessions of this driver, alive and gone.</summary>
    public SnmpCounters Counters => _resources.Counters;

    /// <summary>Completes when the driver has stopped and every session has ended.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>The sessions alive, for whoever runs the driver.</summary>
    internal Dictionary<PeerAddress, LinkSession>.ValueCollection Sessions => _sessions.Values;

    /// <summary>
    /// Adds a client session to <paramref name="remote"/> with a random conversation id. Call it before the driver
    /// runs. Nothing is sent until a stream is opened: success says nothing about the peer.
    /// </summary>
    public LinkSession Connect(PeerAddress remote, Instant now)
    {
        Span<byte> conversation = stackalloc byte[4];
        _options.Entropy.Fill(conversation);
        Counters.ActiveOpens++;
        return AddSession(remote, BinaryPrimitives.ReadUInt32LittleEndian(conversation), now);
    }

    /// <summary>The next session a peer opened (server); null once the driver has stopped.</summary>
    public async ValueTask<LinkSession?> AcceptAsync()
    {
        (bool ok, LinkSession session) = await _accepted.DequeueAsync();
        return ok ? session : null;
    }

    /// <summary>Asks the driver to close every session and stop. Any thread.</summary>
    public void Stop()
    {
        _isStopRequested = true;
        Wake();
    }

    /// <summary>Asks the driver to give back what memory it does not need now. Any thread.</summary>
    internal void TrimMemory()
    {
        _isTrimRequested = true;
        Wake();
    }

    /// <summary>
    /// One turn. Returns when the next one is due at the latest, or null when the driver has stopped.
    /// </summary>
    public Instant? Step(Instant now)
    {
        Instant? deadline = Turn(now);
        Resume();
        return deadline;
    }

    private Instant? Turn(Instant now)
    {
        ResumeSending();
        bool hasMore = Receive(now);
        TakeMail(now);
        TakeTimers(now);
        ProcessDirty(now);
        if (_isStopRequested)
            return StopNow(now);
        SealAndSend();
        if (_backlog.Count > 0)
            return now.AddSeconds(BlockedPauseSeconds);
        if (_isTrimRequested && !hasMore)
            Trim();
        return hasMore ? now : NextDeadline();
    }

    private void Trim()
    {
        _isTrimRequested = false;
        foreach (LinkSession session in _sessions.Values)
            session.Core.Trim();
        _resources.Pool.Trim();
        Buffers.Trim();
        _channel.ReleaseMemory(_received);
        _channel.ReleaseMemory(_sending);
        _spare = null;
    }

    internal void Enqueue(in Mail mail)
    {
        if (!_mailbox.Post(mail))
            Refuse(mail);
    }

    internal void Post(in Mail mail)
    {
        Enqueue(mail);
        Wake();
    }

    internal void Wake() => _channel.Wake();

    internal void ResumeLater(MuxStream stream) => _resuming.Add(stream);

    /// <summary>
    /// When everything due is on its way, readers and writers may go on; what they do is the next turn's.
    /// </summary>
    private void Resume()
    {
        for (int i = 0; i < _resuming.Count; i++)
            _resuming[i].Resume();
        _resuming.Clear();
    }

    private static void Refuse(in Mail mail) =>
        mail.Opened?.TrySetException(new IOException($"The session ended: {mail.Session.EndText}"));

    private void TakeMail(Instant now)
    {
        foreach (Mail mail in _mailbox.TakeAll())
        {
            mail.Session.Apply(mail, now);
            if (mail.IsClose)
                EndSession(mail.Session, LinkEnd.ClosedLocally, now);
            else
                MarkDirty(mail.Session);
        }
    }

    private void TakeTimers(Instant now)
    {
        while (_timers.TryPeek(out LinkSession? session, out (long Microseconds, long Order) due)
            && due.Microseconds <= now.Microseconds)
        {
            _timers.Dequeue();
            session.QueuedDeadline = Instant.Never;
            MarkDirty(session);
        }

        _watch.Report(now);
    }

    private void ProcessDirty(Instant now)
    {
        // The list may grow on the way: mail taken here makes sessions dirty again.
        for (int i = 0; i < _dirty.Count; i++)
        {
            LinkSession session = _dirty[i];
            session.IsDirty = false;
            if (session.HasEnded)
                continue;
            session.Core.Process(now, this, canSend: _backlog.Count == 0);
            session.Publish(now);
            // A reader that consumed before it could see that the session is starved did not wake us.
            if (session.Core.IsStarved)
                TakeMail(now);
            if (session.Core.End != LinkEnd.None)
                EndSession(session, session.Core.End, now);
            else
                Schedule(session, now);
        }

        _dirty.Clear();
    }

    private void Schedule(LinkSession session, Instant now)
    {
        Instant deadline = session.NextDeadline(now);
        if (deadline >= session.QueuedDeadline)
            return;
        session.QueuedDeadline = deadline;
        _timers.Enqueue(session, (deadline.Microseconds, _timerOrder++));
    }

    private Instant NextDeadline()
    {
        Instant next = _watch.NextDeadline;
        return _timers.TryPeek(out _, out (long Microseconds, long Order) due)
            ? Instant.Min(next, new Instant(due.Microseconds))
            : next;
    }

    private void MarkDirty(LinkSession session)
    {
        if (session.IsDirty || session.HasEnded)
            return;
        session.IsDirty = true;
        _dirty.Add(session);
    }

    private LinkSession AddSession(PeerAddress remote, uint conversation, Instant now)
    {
        var session = new LinkSession(this, remote, conversation, _options.Link, _options.Budget);
        session.Attach(new LinkCore(_options.Link, _resources, conversation, remote, session, session, now));
        _sessions[remote] = session;
        Counters.CurrEstab++;
        Counters.MaxConn = Math.Max(Counters.MaxConn, Counters.CurrEstab);
        _watch.OnSessionAdded(session, now);
        MarkDirty(session);
        return session;
    }

    private void EndSession(LinkSession session, LinkEnd reason, Instant now)
    {
        if (session.HasEnded)
            return;
        LinkCore core = session.Core;
        core.Close(reason, now, this);
        if (core.EndDetail is { } detail)
            _watch.OnSessionFailed(session, detail, now);
        core.Dispose();
        if (_sessions.TryGetValue(session.Remote, out LinkSession? current) && current == session)
            _sessions.Remove(session.Remote);
        Counters.CurrEstab--;
        session.Finish(reason, SessionEndText.Of(reason));
        if (_sessions.Count == 0)
            _resources.Pool.Trim();
        if (_options.Link.IsClient)
            _isStopRequested = true;
    }

    private Instant? StopNow(Instant now)
    {
        foreach (LinkSession session in _sessions.Values.ToArray())
            EndSession(session, LinkEnd.ClosedLocally, now);
        SealAndSend();
        foreach (Mail mail in _mailbox.Seal())
            Refuse(mail);
        _accepted.Complete();
        _stopped.TrySetResult();
        return null;
    }
}
