using KcpTun.Primitives;

namespace KcpTun.Smux;

/// <summary>
/// One smux session, version 1 or 2 (PROTOCOL e), as a pure state machine: received bytes and local actions in, frames
/// and events out. It never sees a clock or the layer below, and holds no payload: received data goes straight to
/// the handler, and data to send stays in the caller's <see cref="ISmuxSource"/>. Single-threaded.
/// <para>
/// Two limits bound what the peer can make us hold: the receive bucket (the caller stops calling <see cref="Input"/>
/// while <see cref="CanReceive"/> is false) and <see cref="SmuxOptions.MaxStreams"/>.
/// </para>
/// </summary>
public sealed partial class SmuxSession
{
    private readonly SmuxOptions _options;
    private readonly Dictionary<uint, SmuxStream> _streams = [];
    private readonly FrameScheduler _scheduler = new();
    private readonly bool _isClient;
    private uint _lastOpenedId;
    private uint _sequence;
    private long _tokens;

    /// <param name="now">Start of the keepalive and activity intervals.</param>
    /// <exception cref="ArgumentException">The options are invalid.</exception>
    public SmuxSession(SmuxOptions options, SmuxRole role, Instant now)
        : this(options, now, role == SmuxRole.Client ? 1u : 0u)
    {
    }

    /// <param name="lastOpenedId">The id that the next opened stream's exceeds by 2.</param>
    internal SmuxSession(SmuxOptions options, Instant now, uint lastOpenedId)
    {
        ArgumentNullException.ThrowIfNull(options);
        string problems = string.Join("; ", options.Validate());
        if (problems.Length > 0)
            throw new ArgumentException(problems, nameof(options));
        _options = options;
        _lastOpenedId = lastOpenedId;
        _isClient = (lastOpenedId & 1) == 1;
        _tokens = options.ReceiveBuffer;
        StartTimers(now);
    }

    /// <summary>
    /// Whether the caller may feed more bytes: the bucket is not empty. While it is, nothing is read from the layer
    /// below, whose own window then stops the peer (PROTOCOL e.4).
    /// </summary>
    public bool CanReceive => _tokens > 0;

    /// <summary>Bytes delivered to the handler and neither consumed nor closed away.</summary>
    public long BytesUnread => _options.ReceiveBuffer - _tokens;

    /// <summary>Streams held, including closed ones that still have data to send.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>SYN frames refused because <see cref="SmuxOptions.MaxStreams"/> streams were held.</summary>
    public long RefusedStreams { get; private set; }

    /// <summary>Whether the stream exists and has not been closed here.</summary>
    public bool IsOpen(uint streamId) => _streams.TryGetValue(streamId, out SmuxStream? stream) && !stream.IsClosed;

    /// <summary>Bytes offered and not yet sent; 0 for an unknown stream.</summary>
    public long PendingSend(uint streamId) =>
        _streams.TryGetValue(streamId, out SmuxStream? stream) ? stream.PendingSend : 0;

    /// <summary>
    /// Bytes the peer lets us send on the stream now: <see cref="int.MaxValue"/> in version 1, possibly negative in
    /// version 2, 0 for an unknown stream.
    /// </summary>
    public int PeerWindow(uint streamId) =>
        _streams.TryGetValue(streamId, out SmuxStream? stream) ? stream.SendWindow.Available : 0;

    /// <summary>Whether the peer's FIN has arrived; false for an unknown stream.</summary>
    public bool HasReceivedEnd(uint streamId) =>
        _streams.TryGetValue(streamId, out SmuxStream? stream) && stream.HasReceivedEnd;

    /// <summary>Whether our FIN has been sent; false for an unknown stream.</summary>
    public bool HasSentEnd(uint streamId) =>
        _streams.TryGetValue(streamId, out SmuxStream? stream) && stream.SendEnd == SendEnd.Sent;

    private SmuxStream AddStream(uint streamId)
    {
        var stream = new SmuxStream(streamId, hasWindow: _options.Version == 2);
        _streams.Add(streamId, stream);
        return stream;
    }

    private void ForgetIfDone(SmuxStream stream)
    {
        if (stream.IsDone)
            _streams.Remove(stream.StreamId);
    }
}
