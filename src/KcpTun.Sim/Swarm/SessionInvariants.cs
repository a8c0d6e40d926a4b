using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Primitives;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Swarm;

/// <summary>What must hold for every session of one end after every step, whatever the path does.</summary>
internal sealed class SessionInvariants(string end, LinkOptions options, Action<string> report)
{
    // Reassembly hands over at most a window's worth of segments beyond what the window admits at the moment of reading.
    private const int FrameSlack = 65536 + 8;

    private readonly Dictionary<(PeerAddress, uint), History> _sessions = [];

    public void Check(LinkSession session)
    {
        KcpSession kcp = session.Core.Kcp;
        int window = Math.Min(options.ReceiveWindow, KcpOptions.MaximumReceiveWindow);
        if (kcp.ReceiveBufferCount + kcp.ReceiveQueueCount > window)
            Report("BND-1", $"{kcp.ReceiveBufferCount} early and {kcp.ReceiveQueueCount} unread segments", window);
        long inFlight = SequenceNumber.Difference(kcp.SendNext, kcp.SendUna);
        if (inFlight > kcp.SendWindow)
            Report("BND-1", $"{inFlight} segments in flight", kcp.SendWindow);
        long unread = session.Core.Smux.BytesUnread;
        if (unread > options.Smux.ReceiveBuffer + FrameSlack)
            Report("BND-2", $"{unread} unread bytes of streams", options.Smux.ReceiveBuffer);
        // Every segment of a window may be acknowledged once per arrival, and a step takes in at most a few batches.
        if (kcp.AckCount > (2 * window) + 4096)
            Report("BND-5", $"{kcp.AckCount} acknowledgements to send", (2 * window) + 4096);
        CheckProgress(session, kcp, inFlight);
    }

    private void CheckProgress(LinkSession session, KcpSession kcp, long inFlight)
    {
        (PeerAddress, uint) key = (session.Remote, session.Conversation);
        if (!_sessions.TryGetValue(key, out History? history))
            _sessions.Add(key, history = new History(session));
        if (history.Session != session)
            _sessions[key] = history = new History(session);
        if (SequenceNumber.Difference(kcp.SendUna, history.Una) < 0)
            report($"PRT-1: una of the {end} went back from {history.Una} to {kcp.SendUna}");
        if (SequenceNumber.Difference(kcp.ReceiveNext, history.Next) < 0)
            report($"PRT-1: the {end}'s next expected segment went back from {history.Next} to {kcp.ReceiveNext}");
        history.WidestWindow = Math.Max(history.WidestWindow, Math.Max(kcp.RemoteWindow, KcpOptions.DefaultWindow));
        if (inFlight > history.WidestWindow)
            report($"PRT-2: the {end} has {inFlight} segments in flight, its peer never allowed more than "
                + $"{history.WidestWindow}");
        (history.Una, history.Next) = (kcp.SendUna, kcp.ReceiveNext);
    }

    private void Report(string rule, string what, long limit) => report($"{rule}: the {end} holds {what}; limit {limit}");

    private sealed class History(LinkSession session)
    {
        public LinkSession Session => session;

        public uint Una { get; set; }

        public uint Next { get; set; }

        public int WidestWindow { get; set; } = KcpOptions.DefaultWindow;
    }
}
