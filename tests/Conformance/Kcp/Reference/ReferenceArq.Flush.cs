using System.Buffers.Binary;

namespace KcpTun.Conformance.Kcp.Reference;

/// <content>c.5.</content>
internal sealed partial class ReferenceArq
{
    private List<byte> _packet = [];
    private ushort _wnd;
    private uint _una;

    /// <summary>Full flush; returns the delay to the next.</summary>
    public int Flush(uint now)
    {
        Begin();
        (uint sn, uint ts) = WriteAcks();
        UpdateProbeTimers(now);
        WriteProbes(sn, ts);
        uint window = Window();
        int newCount = Admit(window);
        int next = Transmit(now, newCount, out bool anyFast, out bool anyTimeout);
        End();
        UpdateWindow(window, anyFast, anyTimeout);
        return next;
    }

    private void FlushAcks(uint now)
    {
        Begin();
        (uint sn, uint ts) = WriteAcks();
        if (settings.IsNew)
        {
            UpdateProbeTimers(now);
            WriteProbes(sn, ts);
            uint window = Window();
            Admit(window);
            UpdateWindow(window, false, false);
        }

        End();
    }

    private void Begin()
    {
        _packet = [];
        _wnd = (ushort)Math.Max(0, settings.RcvWnd - _rcvQueue.Count);
        _una = _rcvNxt;
    }

    private void End()
    {
        if (_packet.Count > 0)
            Output.Add([.. _packet]);
    }

    private void Write(byte cmd, byte frg, uint ts, uint sn, byte[] data)
    {
        if (_packet.Count + HeaderLength + data.Length > settings.KcpMtu)
        {
            Output.Add([.. _packet]);
            _packet = [];
        }

        byte[] header = new byte[HeaderLength];
        BinaryPrimitives.WriteUInt32LittleEndian(header, settings.Conv);
        header[4] = cmd;
        header[5] = frg;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), _wnd);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), ts);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), sn);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), _una);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(20), data.Length);
        _packet.AddRange(header);
        _packet.AddRange(data);
        OutSegs++;
    }

    private (uint Sn, uint Ts) WriteAcks()
    {
        (uint Sn, uint Ts) written = (0, 0);
        for (int i = 0; i < _ackList.Count; i++)
        {
            if (Diff(_ackList[i].Sn, _rcvNxt) < 0 && i != _ackList.Count - 1)
                continue;
            written = _ackList[i];
            Write(82, 0, written.Ts, written.Sn, []);
        }

        _ackList.Clear();
        return written;
    }

    private void UpdateProbeTimers(uint now)
    {
        UpdateProbeTimer(_rmtWnd == 0, now, ref _probeWait, ref _tsProbe);

        // The one difference from the original (docs/differences.md): it looks at the window only.
        bool awaitsOnlyUna = _sndBuf.Count > 0 && _sndBuf.TrueForAll(segment => segment.Acked);
        UpdateProbeTimer(awaitsOnlyUna, now, ref _unaProbeWait, ref _tsUnaProbe);
    }

    private void UpdateProbeTimer(bool isNeeded, uint now, ref uint wait, ref uint due)
    {
        uint first = settings.IsNew ? 500u : 7000u;
        if (!isNeeded)
        {
            wait = 0;
            due = 0;
        }
        else if (wait == 0)
        {
            wait = first;
            due = now + first;
        }
        else if (Diff(now, due) >= 0)
        {
            wait = Math.Min(Math.Max(wait, first) * 3 / 2, 120000);
            due = now + wait;
            _probeAsk = true;
        }
    }

    private void WriteProbes(uint sn, uint ts)
    {
        if (_probeAsk)
            Write(83, 0, ts, sn, []);
        if (_probeTell)
            Write(84, 0, ts, sn, []);
        _probeAsk = false;
        _probeTell = false;
    }

    private uint Window()
    {
        uint window = Math.Min((uint)settings.SndWnd, _rmtWnd);
        return settings.HasCongestionControl ? Math.Min(window, _cwnd) : window;
    }

    private int Admit(uint window)
    {
        int newCount = 0;
        while (_sndQueue.Count > 0 && Diff(_sndNxt, _sndUna + window) < 0)
        {
            Segment segment = _sndQueue[0];
            _sndQueue.RemoveAt(0);
            segment.Sn = _sndNxt++;
            _sndBuf.Add(segment);
            newCount++;
        }

        return newCount;
    }

    private int Transmit(uint now, int newCount, out bool anyFast, out bool anyTimeout)
    {
        uint resent = settings.Resend > 0 ? (uint)settings.Resend : 0xFFFFFFFF;
        int next = settings.Interval;
        anyFast = false;
        anyTimeout = false;
        foreach (Segment segment in _sndBuf)
        {
            if (segment.Acked)
                continue;
            bool send = true;
            bool countsFast = segment.FastAck != 0xFFFFFFFF || !settings.IsNew;
            if (segment.Xmit == 0)
            {
                segment.Rto = _rxRto;
            }
            else if (segment.FastAck >= resent && countsFast)
            {
                anyFast = true;
                FastRetransSegs++;
                segment.FastAck = settings.IsNew ? 0xFFFFFFFF : 0;
                segment.Rto = _rxRto;
            }
            else if (segment.FastAck > 0 && countsFast && newCount == 0)
            {
                anyFast = true;
                EarlyRetransSegs++;
                segment.FastAck = settings.IsNew ? 0xFFFFFFFF : 0;
                segment.Rto = _rxRto;
            }
            else if (Diff(now, segment.ResendTs) >= 0)
            {
                anyTimeout = true;
                LostSegs++;
                segment.Rto += settings.NoDelay == 0 ? _rxRto : _rxRto / 2;
                segment.FastAck = 0;
            }
            else
            {
                send = false;
            }

            if (send)
            {
                segment.ResendTs = now + segment.Rto;
                segment.Xmit++;
                segment.Ts = now;
                Write(81, segment.Frg, now, segment.Sn, segment.Data);
            }

            int wait = Diff(segment.ResendTs, now);
            if (wait > 0)
                next = Math.Min(next, wait);
        }

        return next;
    }

    private void UpdateWindow(uint window, bool anyFast, bool anyTimeout)
    {
        if (!settings.HasCongestionControl)
            return;
        uint mss = (uint)Mss;
        uint resent = settings.Resend > 0 ? (uint)settings.Resend : 0xFFFFFFFF;
        if (anyFast)
        {
            _ssthresh = Math.Max((_sndNxt - _sndUna) / 2, 2);
            _cwnd = _ssthresh + resent;
            _incr = _cwnd * mss;
        }

        if (anyTimeout)
        {
            _ssthresh = Math.Max(window / 2, 2);
            _cwnd = 1;
            _incr = mss;
        }

        if (_cwnd < 1)
        {
            _cwnd = 1;
            _incr = mss;
        }
    }
}
