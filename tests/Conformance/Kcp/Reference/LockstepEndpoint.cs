using KcpTun.Kcp;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Kcp.Reference;

/// <summary>One endpoint twice: the product and the reference model. Every call goes to both and must agree.</summary>
internal sealed class LockstepEndpoint
{
    private readonly ReferenceArq _reference;
    private readonly PacketCollector _output;
    private readonly byte[] _buffer = new byte[65536];

    public LockstepEndpoint(KcpOptions options, PacketPool pool)
    {
        _reference = new ReferenceArq(ReferenceSettings.From(options));
        Session = new KcpSession(options, pool, Counters);
        _output = new PacketCollector(options.Mtu);
    }

    public KcpSession Session { get; }

    public SnmpCounters Counters { get; } = new();

    /// <summary>The state vector of the recorded traces, from the product.</summary>
    public static long[] State(KcpSession s) =>
    [
        s.SendUna, s.SendNext, s.ReceiveNext, s.RtoMs, s.SrttMs, s.RttVarMs, s.RemoteWindow, s.CongestionWindow,
        s.SlowStartThreshold, s.WaitSend, s.ReceiveQueueCount, s.ReceiveBufferCount, s.AckCount, s.ProbeWaitMs,
    ];

    public int Flush(uint now)
    {
        int next = Session.Flush(now, _output);
        Agree(next, _reference.Flush(now), "next");
        return next;
    }

    /// <summary>Hands data down in pieces of at most one segment, as the session layer does, without a flush.</summary>
    public void Write(byte[] data)
    {
        for (int offset = 0; offset < data.Length; offset += Session.Mss)
            Send(data.AsSpan(offset, Math.Min(Session.Mss, data.Length - offset)).ToArray());
    }

    public void Send(byte[] data)
    {
        Session.TrySend(data).ShouldBeTrue();
        _reference.Send(data);
    }

    public int Absorb(byte[] packet, bool isRegular, uint now)
    {
        int result = Session.Absorb(packet, isRegular, now).ToReturnCode();
        Agree(result, _reference.Absorb(packet, isRegular, now), "ret");
        return result;
    }

    public void Settle(bool ackNoDelay, uint now)
    {
        Session.Settle(ackNoDelay, now, _output);
        _reference.Settle(ackNoDelay, now);
    }

    public byte[]? Receive()
    {
        int peeked = Session.PeekLength();
        int length = Session.Receive(_buffer);
        byte[]? message = length == 0 ? null : _buffer[..length];
        Agree(peeked, length, "peek");
        byte[]? expected = _reference.Receive();
        (message ?? []).AsSpan().SequenceEqual(expected ?? []).ShouldBeTrue("received data");
        return message;
    }

    /// <summary>Compares the packets since the last call, the state and the counters; returns the packets.</summary>
    public byte[][] Compare(string where)
    {
        byte[][] packets = _output.Take();
        bool isSame = packets.Length == _reference.Output.Count;
        for (int i = 0; isSame && i < packets.Length; i++)
            isSame = packets[i].AsSpan().SequenceEqual(_reference.Output[i]);
        if (!isSame)
            packets.Select(Convert.ToHexString).ShouldBe(_reference.Output.Select(Convert.ToHexString), where);
        _reference.Output.Clear();
        if (!State(Session).AsSpan().SequenceEqual(_reference.State()))
            State(Session).ShouldBe(_reference.State(), where);
        long[] counters =
        [
            Counters.InSegs, Counters.OutSegs, Counters.LostSegs, Counters.FastRetransSegs, Counters.EarlyRetransSegs,
            Counters.RetransSegs, Counters.RepeatSegs,
        ];
        long[] expected =
        [
            _reference.InSegs, _reference.OutSegs, _reference.LostSegs, _reference.FastRetransSegs,
            _reference.EarlyRetransSegs,
            _reference.LostSegs + _reference.FastRetransSegs + _reference.EarlyRetransSegs, _reference.RepeatSegs,
        ];
        if (!counters.AsSpan().SequenceEqual(expected))
            counters.ShouldBe(expected, where);
        Agree(Session.CanSend ? 1 : 0, _reference.CanSend ? 1 : 0, where);
        return packets;
    }

    private static void Agree(int actual, int expected, string what)
    {
        if (actual != expected)
            actual.ShouldBe(expected, what);
    }
}
