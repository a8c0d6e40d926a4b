using KcpTun.Primitives;
using Microsoft.Extensions.Logging;

namespace KcpTun.Tunnel;

/// <summary>
/// Says, at a bounded rate, what a mismatch of options looks like from this end: checksums that fail, a peer that never
/// answers, a byte stream that does not decode. kcptun itself stays silent about all of them.
/// </summary>
internal sealed class WireWatch(ILogger logger)
{
    /// <summary>Seconds between two lines of the same kind.</summary>
    private const int QuietSeconds = 10;

    /// <summary>Seconds a client waits for the first answer before it says so.</summary>
    private const int SilenceSeconds = 5;

    private readonly Queue<(Instant Deadline, LinkSession Session)> _unheard = new();
    private Instant _nextChecksumLine;
    private Instant _nextFailureLine;
    private long _mismatches;
    private PeerAddress _lastPeer;

    public Instant NextDeadline =>
        _unheard.TryPeek(out (Instant Deadline, LinkSession Session) head) ? head.Deadline : Instant.Never;

    /// <summary>Starts to listen for a client session's first answer.</summary>
    public void OnSessionAdded(LinkSession session, Instant now)
    {
        if (session.IsClient)
            _unheard.Enqueue((now.AddSeconds(SilenceSeconds), session));
    }

    public void OnChecksumMismatch(in PeerAddress peer, Instant now)
    {
        _mismatches++;
        _lastPeer = peer;
        if (now < _nextChecksumLine)
            return;
        Log.ChecksumMismatch(logger, _mismatches, _lastPeer);
        _mismatches = 0;
        _nextChecksumLine = now.AddSeconds(QuietSeconds);
    }

    public void OnSessionFailed(LinkSession session, string detail, Instant now)
    {
        if (now < _nextFailureLine)
            return;
        Log.SessionFailed(logger, session.Remote, detail);
        _nextFailureLine = now.AddSeconds(1);
    }

    public void Report(Instant now)
    {
        while (_unheard.TryPeek(out (Instant Deadline, LinkSession Session) head) && head.Deadline <= now)
        {
            _unheard.Dequeue();
            if (head.Session.HasHeard || head.Session.HasEnded)
                continue;
            if (head.Session.StreamCount > 0)
                Log.NoAnswer(logger, head.Session.Remote, SilenceSeconds);
        }
    }
}
