using KcpTun.Kcp;

namespace KcpTun.Conformance.Kcp.Reference;

/// <summary>
/// The rules of PROTOCOL c.2 to c.8 in the order and the words of the text, with lists and full scans: slow, short,
/// and obviously the protocol. The product is compared with it event by event.
/// </summary>
internal sealed partial class ReferenceArq(ReferenceSettings settings)
{
    private const int HeaderLength = 24;

    private readonly List<Segment> _sndQueue = [];
    private readonly List<Segment> _sndBuf = [];
    private readonly SortedDictionary<long, Segment> _rcvBuf = [];
    private readonly List<Segment> _rcvQueue = [];
    private readonly List<(uint Sn, uint Ts)> _ackList = [];

    private uint _sndUna = settings.InitialSn;
    private uint _sndNxt = settings.InitialSn;
    private uint _rcvNxt = settings.InitialSn;
    private uint _rmtWnd = 32;
    private uint _rxRto = 200;
    private int _srtt;
    private int _rttvar;
    private uint _cwnd;
    private uint _incr;
    private uint _ssthresh = 2;
    private bool _probeAsk;
    private bool _probeTell;
    private uint _probeWait;
    private uint _tsProbe;
    private uint _unaProbeWait;
    private uint _tsUnaProbe;

    /// <summary>Packets emitted since the list was last cleared.</summary>
    public List<byte[]> Output { get; } = [];

    public long InSegs { get; private set; }

    public long OutSegs { get; private set; }

    public long LostSegs { get; private set; }

    public long FastRetransSegs { get; private set; }

    public long EarlyRetransSegs { get; private set; }

    public long RepeatSegs { get; private set; }

    public bool CanSend =>
        _sndBuf.Count + _sndQueue.Count < settings.SndWnd
        && (settings.IsNew || _sndBuf.Count + _sndQueue.Count < _rmtWnd);

    private int Mss => settings.KcpMtu - HeaderLength;

    /// <summary>The state vector of the recorded traces.</summary>
    public long[] State() =>
    [
        _sndUna, _sndNxt, _rcvNxt, _rxRto, _srtt, _rttvar, _rmtWnd, _cwnd, _ssthresh,
        _sndBuf.Count + _sndQueue.Count, _rcvQueue.Count, _rcvBuf.Count, _ackList.Count, _probeWait,
    ];

    private static int Diff(uint a, uint b) => unchecked((int)(a - b));

    /// <summary>c.3.</summary>
    public void Send(byte[] data)
    {
        if (settings.Stream && _sndQueue.Count > 0 && data.Length > 0)
        {
            Segment last = _sndQueue[^1];
            int take = Math.Min(Mss - last.Data.Length, data.Length);
            last.Data = [.. last.Data, .. data[..take]];
            data = data[take..];
        }

        int count = (data.Length + Mss - 1) / Mss;
        for (int i = 0; i < count; i++)
        {
            byte[] piece = data[(i * Mss)..Math.Min(data.Length, (i + 1) * Mss)];
            _sndQueue.Add(new Segment { Data = piece, Frg = settings.Stream ? (byte)0 : (byte)(count - i - 1) });
        }
    }

    /// <summary>c.8; null when there is no complete message.</summary>
    public byte[]? Receive()
    {
        if (_rcvQueue.Count == 0 || _rcvQueue.Count < _rcvQueue[0].Frg + 1)
            return null;
        bool wasFull = _rcvQueue.Count >= settings.RcvWnd;
        var message = new List<byte>();
        while (_rcvQueue.Count > 0)
        {
            Segment segment = _rcvQueue[0];
            _rcvQueue.RemoveAt(0);
            message.AddRange(segment.Data);
            if (segment.Frg == 0)
                break;
        }

        MoveInOrder();
        if (wasFull && _rcvQueue.Count < settings.RcvWnd)
            _probeTell = true;
        return [.. message];
    }

    private void MoveInOrder()
    {
        while (_rcvQueue.Count < settings.RcvWnd && _rcvBuf.Remove(_rcvNxt, out Segment? segment))
        {
            _rcvQueue.Add(segment);
            _rcvNxt++;
        }
    }

    private sealed class Segment
    {
        public byte[] Data = [];
        public byte Frg;
        public uint Sn;
        public uint Ts;
        public uint Xmit;
        public uint Rto;
        public uint ResendTs;
        public uint FastAck;
        public bool Acked;
    }
}

internal sealed record ReferenceSettings(
    uint Conv, bool IsNew, int NoDelay, int Interval, int Resend, bool HasCongestionControl, int SndWnd, int RcvWnd,
    int KcpMtu, bool Stream, uint InitialSn)
{
    public static ReferenceSettings From(KcpOptions options) => new(
        options.Conversation, options.Dialect == KcpDialect.Release2026, options.NoDelay, options.Interval,
        options.Resend, options.CongestionControl, options.SendWindow, options.ReceiveWindow, options.Mtu,
        options.StreamMode, options.InitialSequence);
}
