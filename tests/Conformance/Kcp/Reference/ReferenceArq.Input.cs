using System.Buffers.Binary;

namespace KcpTun.Conformance.Kcp.Reference;

/// <content>c.4, c.6 and c.7.</content>
internal sealed partial class ReferenceArq
{
    private bool _isSettleDue;
    private bool _needFlush;

    /// <summary>c.4 up to "After the loop", and everything after it except the flush.</summary>
    public int Absorb(ReadOnlySpan<byte> packet, bool regular, uint now)
    {
        if (packet.Length < HeaderLength)
            return -1;
        bool needFlush = false;
        bool sawAck = false;
        uint latest = 0;
        uint unaBefore = _sndUna;
        int segments = 0;
        while (packet.Length >= HeaderLength)
        {
            uint conv = BinaryPrimitives.ReadUInt32LittleEndian(packet);
            byte cmd = packet[4];
            ushort wnd = BinaryPrimitives.ReadUInt16LittleEndian(packet[6..]);
            uint ts = BinaryPrimitives.ReadUInt32LittleEndian(packet[8..]);
            uint sn = BinaryPrimitives.ReadUInt32LittleEndian(packet[12..]);
            uint una = BinaryPrimitives.ReadUInt32LittleEndian(packet[16..]);
            uint len = BinaryPrimitives.ReadUInt32LittleEndian(packet[20..]);
            byte frg = packet[5];
            packet = packet[HeaderLength..];
            if (conv != settings.Conv)
                return -1;
            if (len > packet.Length)
                return -2;
            if (cmd is < 81 or > 84)
                return -3;
            if (regular)
                _rmtWnd = wnd;
            needFlush |= _sndBuf.RemoveAll(s => Diff(una, s.Sn) > 0) > 0;
            _sndUna = _sndBuf.Count > 0 ? _sndBuf[0].Sn : _sndNxt;
            if (cmd == 82)
            {
                needFlush |= ParseAck(sn, ts);
                sawAck = true;
                latest = ts;
            }
            else if (cmd == 81)
            {
                ParsePush(sn, ts, frg, packet[..(int)len].ToArray(), regular);
            }
            else if (cmd == 83)
            {
                _probeTell = true;
            }

            packet = packet[(int)len..];
            segments++;
        }

        InSegs += segments;
        if (sawAck && regular && Diff(now, latest) >= 0)
            UpdateRtt(Diff(now, latest));
        if (settings.HasCongestionControl && Diff(_sndUna, unaBefore) > 0)
            GrowWindow();
        _isSettleDue = true;
        _needFlush |= needFlush;
        return 0;
    }

    /// <summary>The flush rules at the end of c.4.</summary>
    public void Settle(bool ackNoDelay, uint now)
    {
        if (!_isSettleDue)
            return;
        if (_needFlush)
            Flush(now);
        else if (settings.IsNew && _ackList.Count >= settings.KcpMtu / HeaderLength)
            FlushAcks(now);
        else if (ackNoDelay && _ackList.Count > 0)
            FlushAcks(now);
        _isSettleDue = false;
        _needFlush = false;
    }

    private bool ParseAck(uint sn, uint ts)
    {
        if (Diff(sn, _sndUna) < 0 || Diff(sn, _sndNxt) >= 0)
            return false;
        bool needFlush = false;
        foreach (Segment segment in _sndBuf)
        {
            if (segment.Sn == sn)
                segment.Acked = true;
            if (Diff(segment.Sn, sn) >= 0 || Diff(segment.Ts, ts) > 0)
                continue;
            if (!settings.IsNew)
            {
                segment.FastAck++;
            }
            else if (segment.FastAck != 0xFFFFFFFF)
            {
                segment.FastAck++;
                needFlush |= segment.FastAck >= (uint)settings.Resend;
            }
        }

        return needFlush;
    }

    private void ParsePush(uint sn, uint ts, byte frg, byte[] data, bool regular)
    {
        bool isNew = false;
        if (Diff(sn, _rcvNxt + (uint)settings.RcvWnd) < 0)
        {
            _ackList.Add((sn, ts));
            if (Diff(sn, _rcvNxt) >= 0)
            {
                isNew = _rcvBuf.TryAdd(sn, new Segment { Sn = sn, Frg = frg, Data = data });
                MoveInOrder();
            }
        }

        if (regular && !isNew)
            RepeatSegs++;
    }

    private void UpdateRtt(int rtt)
    {
        if (_srtt == 0)
        {
            _srtt = rtt;
            _rttvar = rtt >> 1;
        }
        else
        {
            int delta = rtt - _srtt;
            _srtt += delta >> 3;
            delta = Math.Abs(delta);
            if (rtt < _srtt - _rttvar)
                _rttvar += (delta - _rttvar) >> 5;
            else
                _rttvar += (delta - _rttvar) >> 2;
        }

        uint rto = (uint)_srtt + Math.Max((uint)settings.Interval, (uint)_rttvar << 2);
        uint minimum = settings.NoDelay == 0 ? 100u : 30u;
        _rxRto = Math.Min(Math.Max(minimum, rto), 60000);
    }

    private void GrowWindow()
    {
        uint mss = (uint)Mss;
        if (_cwnd >= _rmtWnd)
            return;
        if (_cwnd < _ssthresh)
        {
            _cwnd++;
            _incr += mss;
        }
        else
        {
            _incr = Math.Max(_incr, mss);
            _incr += (mss * mss / _incr) + (mss / 16);
            if ((_cwnd + 1) * mss <= _incr)
                _cwnd = (_incr + mss - 1) / mss;
        }

        if (_cwnd > _rmtWnd)
        {
            _cwnd = _rmtWnd;
            _incr = _rmtWnd * mss;
        }
    }
}
