using System.Diagnostics;
using KcpTun.Kcp;
using KcpTun.Primitives;
using KcpTun.Tuncrypt;

namespace KcpTun.Link;

public sealed partial class LinkCore
{
    /// <summary>
    /// Fills the send window from the streams, then flushes. Go flushes after every frame written and every packet
    /// received; we do it once for all of them, so that they leave as one batch.
    /// </summary>
    private void Transmit()
    {
        uint milliseconds = _now.KcpMilliseconds;
        if (_options.Profile.IsAuto)
        {
            TransmitAuto(milliseconds);
            return;
        }

        if (SendHandshake() | SendFrames())
            _kcp.RequestFlush();
        _kcp.Settle(_options.AckNoDelay, milliseconds, this);
        // The first of these comes when the session is made: kcp-go flushes then too, just behind the first input of a
        // server, so that its first acknowledgement leaves at once; it sets the phase of all later flushes.
        _kcp.HandleTimer(milliseconds, this);
    }

    /// <summary>
    /// KCP asks for no more than it can send soon, so that streams, not KCP, hold what has to wait: there the next
    /// frame of an interactive stream passes a bulk transfer.
    /// </summary>
    private void TransmitAuto(uint milliseconds)
    {
        _kcp.Advance(milliseconds);
        SendOutOfBand(milliseconds);
        bool hasSent;
        do
        {
            hasSent = SendHandshake() | SendFrames();
            _kcp.SetBacklogged(_smux.HasOutput);
            _kcp.Settle(_options.AckNoDelay, milliseconds, this);
        }
        while (hasSent && _smux.HasOutput && _kcp.CanSend);
    }

    private void SendOutOfBand(uint milliseconds)
    {
        int length = _kcp.TakeOutOfBand(Reserve()[_headerLength..], milliseconds);
        if (length > 0)
            Commit(_headerLength + length + _trailerLength);
    }

    private bool SendHandshake()
    {
        bool hasSent = false;
        Span<byte> message = stackalloc byte[TuncryptSession.HandshakeLength];
        while (_tuncrypt is not null && _tuncrypt.TryTakeHandshake(message, out int length))
            hasSent |= Send(message[..length]);
        return hasSent;
    }

    private bool SendFrames()
    {
        if (_tuncrypt is { IsEstablished: false } || End != LinkEnd.None)
            return false;
        bool hasSent = false;
        LinkScratch scratch = _resources.Scratch;
        while (_kcp.CanSend)
        {
            int length = _smux.NextFrame(scratch.Frame, _source);
            if (length == 0)
                break;
            ReadOnlySpan<byte> bytes = scratch.Frame.AsSpan(0, length);
            if (_snappyWriter is not null)
                bytes = scratch.Compressed.AsSpan(0, _snappyWriter.Write(bytes, scratch.Compressed));
            if (_tuncrypt is not null)
                bytes = scratch.Sealed.AsSpan(0, _tuncrypt.Seal(bytes, scratch.Sealed));
            if (!Send(bytes))
                break;
            hasSent = true;
        }

        return hasSent;
    }

    /// <summary>
    /// Hands bytes to KCP. They have left their stream, so if the memory budget has no room for them the session
    /// cannot go on: it ends rather than lose a byte in the middle.
    /// </summary>
    private bool Send(ReadOnlySpan<byte> bytes)
    {
        if (_kcp.TrySend(bytes))
            return true;
        Fail(LinkEnd.ClosedLocally, "the memory budget is exhausted");
        return false;
    }

    Span<byte> IKcpOutput.Begin()
    {
        _isBare = _fecEncoder is null || !_kcp.UsesFec;
        return Reserve().Slice(_isBare ? _headerLength : _payloadOffset, _kcp.Mtu);
    }

    void IKcpOutput.Emit(int length)
    {
        if (_isBare)
        {
            Commit(_headerLength + length + _trailerLength);
            return;
        }

        Span<byte> packet = Reserve()[_headerLength..(_payloadOffset + length)];
        int parity = _fecEncoder!.Encode(packet, _now);
        Commit(_payloadOffset + length + _trailerLength);
        if (!_kcp.WantsParity)
            return;
        for (int i = 0; i < parity; i++)
        {
            int parityLength = _fecEncoder.WriteParity(i, Reserve()[_headerLength..]);
            Commit(_headerLength + parityLength + _trailerLength);
        }
    }

    private Span<byte> Reserve()
    {
        Debug.Assert(_sink is not null, "packets leave only while the session is being processed");
        return _pacer is null ? _sink.Reserve() : _pacer.Reserve();
    }

    private void Commit(int length)
    {
        if (_pacer is null)
        {
            _sink!.Commit(length, _peer);
            return;
        }

        _pacer.Commit(length);
        _pacer.Pump(_now, _sink!, _peer);
    }
}
