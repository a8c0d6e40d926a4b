using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <summary>When this end announces itself, and the loss that the peer's announcements show.</summary>
internal struct PeerReports
{
    /// <summary>Announcements sent to a peer that has never answered; most peers cannot.</summary>
    public const int Attempts = 8;

    /// <summary>The first ones, which say that there is a mode auto, do not wait long for each other: until one has
    /// arrived, the peer starts as if this end were a stock one.</summary>
    public const int FirstAttempts = 4;

    /// <summary>Least time between two of the first, ms.</summary>
    public const int FirstInterval = 10;

    /// <summary>Least time between two, ms.</summary>
    public const int Interval = 250;

    /// <summary>Packets between two once the peer is known, so that silence stays silence.</summary>
    private const int PacketsPerReport = 8;

    /// <summary>Packets over which loss is averaged; older ones count half as much each time it is reached.</summary>
    private const int Memory = 256;

    /// <summary>Reports over which it is averaged at least: overtaking packets count in the wrong one.</summary>
    private const int MemoryReports = 8;

    private uint _sent;
    private uint _received;
    private uint _seen;
    private uint _receivedThen;
    private uint _reportedSeen;
    private uint _reportedReceived;
    private uint _sentAtLast;
    private uint _nextAt;
    private int _attempts;
    private int _sentSum;
    private int _lostSum;
    private bool _hasReport;

    /// <summary>The peer runs in mode auto, too.</summary>
    public bool IsPeerAuto { get; private set; }

    /// <summary>Share of this end's packets that get lost, in 1/65536; −1 while unknown.</summary>
    public readonly int Loss =>
        _sentSum < PacketsPerReport ? -1 : (int)((long)Math.Max(0, _lostSum) * 65536 / _sentSum);

    public void OnPacketsSent(int count) => _sent += (uint)count;

    public void OnPacketReceived() => _received++;

    /// <summary>Whether an announcement is worth while now. A peer that has not been heard has no session
    /// yet.</summary>
    public readonly bool IsDue(uint now) =>
        _received > 0
        && (_nextAt == 0 || SequenceNumber.Difference(now, _nextAt) >= 0)
        && (IsPeerAuto && _attempts >= FirstAttempts
            ? _sent - _sentAtLast >= PacketsPerReport
            : _attempts < Attempts && _sent != _sentAtLast);

    /// <summary>The announcement to send now.</summary>
    public Announcement Take(uint now)
    {
        _attempts++;
        _sentAtLast = _sent;
        _nextAt = (now + (uint)(_attempts < FirstAttempts ? FirstInterval : Interval)) | 1;
        return new Announcement(_sent, _seen, _receivedThen);
    }

    public void OnAnnouncement(in Announcement announcement)
    {
        IsPeerAuto = true;
        if (SequenceNumber.Difference(announcement.Sent, _seen) > 0)
        {
            _seen = announcement.Sent;
            _receivedThen = _received;
        }

        int sent = SequenceNumber.Difference(announcement.Seen, _reportedSeen);
        int received = SequenceNumber.Difference(announcement.Received, _reportedReceived);
        bool isPlausible = sent > 0 && received >= 0 && SequenceNumber.Difference(announcement.Seen, _sent) <= 0;
        if (!isPlausible)
            return;
        if (_hasReport)
        {
            _sentSum += sent;
            // Packets that overtake each other count in the wrong report; over several it evens out.
            _lostSum += sent - received;
        }

        if (_sentSum > Math.Max(Memory, MemoryReports * sent))
        {
            _sentSum /= 2;
            _lostSum /= 2;
        }

        _hasReport = true;
        _reportedSeen = announcement.Seen;
        _reportedReceived = announcement.Received;
    }
}
