using KcpTun.Link;
using KcpTun.Primitives;
using KcpTun.Smux;

namespace KcpTun.Tunnel;

/// <summary>
/// One KCP session with its streams, for application threads. Everything marked "driver" is called by the session's
/// <see cref="LinkDriver"/> only.
/// </summary>
public sealed partial class LinkSession : ISmuxHandler, ISmuxSource
{
    /// <summary>
    /// Streams the peer may have opened that nobody has accepted yet; more are ended. Go stops reading at 1024, which a
    /// driver's thread cannot; one batch of datagrams may open more than that before the accept loop has run once.
    /// </summary>
    public const int AcceptBacklog = 16_384;

    /// <summary>Bytes that all writers together may be ahead of the driver before each may be only a little.</summary>
    private const int CrowdedBytes = 2 * 1024 * 1024;

    private readonly LinkDriver _driver;
    private readonly int _streamBuffer;
    private readonly MemoryBudget _budget;
    private readonly AsyncQueue<MuxStream> _accepted = new(AcceptBacklog);
    private readonly TaskCompletionSource<LinkEnd> _ended =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile bool _isStarved;
    private volatile bool _isSendIdle = true;
    private volatile int _streamCount;
    private long _stalledSince = long.MaxValue;
    private long _unsentBytes;

    internal LinkSession(
        LinkDriver driver, PeerAddress remote, uint conversation, LinkOptions options, MemoryBudget budget)
    {
        _driver = driver;
        _streamBuffer = options.Smux.StreamBuffer;
        _budget = budget;
        Remote = remote;
        IsClient = options.IsClient;
        Conversation = conversation;
    }

    public PeerAddress Remote { get; }

    internal bool IsClient { get; }

    public PeerAddress Local => _driver.Local;

    public uint Conversation { get; }

    /// <summary>Completes, with the reason, when the session has ended. Never faults.</summary>
    public Task<LinkEnd> Completion => _ended.Task;

    public bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>The reason of the end in words; empty while the session lives.</summary>
    public string EndText { get; private set; } = "";

    /// <summary>Streams open on this session.</summary>
    public int StreamCount => _streamCount;

    /// <summary>Nothing waits to be sent or acknowledged.</summary>
    public bool IsSendIdle => _isSendIdle;

    /// <summary>
    /// Since when the peer has acknowledged nothing although data is under way; <see cref="Instant.Never"/> while all
    /// is well. A session stalled for long is a poor place for new streams although it may yet recover.
    /// </summary>
    public Instant StalledSince => new(Interlocked.Read(ref _stalledSince));

    internal bool IsStarved => _isStarved;

    /// <summary>The streams have written more than the path takes for a while.</summary>
    internal bool IsCrowded => Interlocked.Read(ref _unsentBytes) > CrowdedBytes;

    /// <summary>Memory of its streams' queues.</summary>
    internal TrimmedArrayPool Buffers => _driver.Buffers;

    /// <summary>Opens a stream.</summary>
    /// <exception cref="IOException">The session has ended or has no stream ids left.</exception>
    public Task<MuxStream> OpenStreamAsync()
    {
        var opened = new TaskCompletionSource<MuxStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        _driver.Post(new Mail(this, null, opened, false));
        return opened.Task;
    }

    /// <summary>The next stream the peer opened; null once the session has ended.</summary>
    public async ValueTask<MuxStream?> AcceptStreamAsync()
    {
        (bool ok, MuxStream stream) = await _accepted.DequeueAsync();
        return ok ? stream : null;
    }

    /// <summary>Closes the session and all its streams. The peer is not told: kcptun has no such message.</summary>
    public void Close() => _driver.Post(new Mail(this, null, null, true));

    internal void Post(MuxStream stream) => _driver.Enqueue(new Mail(this, stream, null, false));

    internal void Wake() => _driver.Wake();

    /// <summary>Counts bytes written by a stream, or, less than 0, no longer waiting to be sent.</summary>
    internal void AddUnsent(int bytes) => Interlocked.Add(ref _unsentBytes, bytes);

    internal void ReleaseReceived(int bytes) => _budget.Release(bytes);
}
