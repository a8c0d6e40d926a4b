using KcpTun.Fec;
using KcpTun.Kcp;
using KcpTun.Primitives;
using KcpTun.Smux;
using KcpTun.Snappy;
using KcpTun.Tuncrypt;

namespace KcpTun.Link;

public sealed partial class LinkCore
{
    /// <summary>Shortest packet inside an envelope that is looked at (release 20260314, PROTOCOL a.4).</summary>
    public const int MinPacket = 12;

    /// <summary>Takes one packet whose envelope has been removed. Any bytes are fine; bad ones are counted.</summary>
    public void Input(ReadOnlySpan<byte> packet, Instant now)
    {
        if (packet.Length < MinPacket)
        {
            _counters.KcpInErrors++;
            return;
        }

        _counters.InPkts++;
        _counters.InBytes += packet.Length;
        if (FecHeader.IsFec(packet))
            InputFec(packet, now);
        else
            Absorb(packet, true, now);
    }

    private void InputFec(ReadOnlySpan<byte> packet, Instant now)
    {
        switch (FecHeader.ReadType(packet))
        {
            case FecHeader.OutOfBandType:
                _counters.OobPackets++;
                _kcp.AbsorbOutOfBand(packet);
                return;
            case FecHeader.DataType:
                Absorb(packet[FecHeader.Length..], true, now);
                break;
        }

        // A peer may use FEC although we do not (PROTOCOL b.4): the decoder then learns the shape by itself.
        _fecDecoder ??= _options.HasFec
            ? new FecDecoder(_options.DataShards, _options.ParityShards, _counters, _resources.Pool)
            : new FecDecoder(_counters, _resources.Pool);
        int recovered = _fecDecoder.Decode(packet);
        for (int i = 0; i < recovered; i++)
        {
            int held = _kcp.ReceiveQueueCount + _kcp.ReceiveBufferCount;
            ReadOnlySpan<byte> rebuilt = _fecDecoder.Recovered(i);
            Absorb(rebuilt, false, now);
            if (held == _kcp.ReceiveQueueCount + _kcp.ReceiveBufferCount && CarriesData(rebuilt))
                _counters.FecUseless++;
        }
    }

    private static bool CarriesData(ReadOnlySpan<byte> packet)
    {
        while (packet.Length >= KcpHeader.Length)
        {
            KcpHeader header = KcpHeader.Read(packet);
            if (header.Command == KcpHeader.Push)
                return true;
            packet = packet[KcpHeader.Length..];
        }

        return false;
    }

    private void Absorb(ReadOnlySpan<byte> packet, bool isRegular, Instant now)
    {
        if (_kcp.Absorb(packet, isRegular, now.KcpMilliseconds) != KcpInputResult.Ok)
            _counters.KcpInErrors++;
    }

    private void DeliverReceived()
    {
        while (End == LinkEnd.None && CanDeliver())
        {
            ReadOnlySpan<byte> segment = _kcp.HeadSegment;
            if (segment.IsEmpty)
                return;
            _diagnosis.Observe(segment);
            if (_tuncrypt is null)
                DeliverPlain(segment);
            else
                DeliverSealed(segment);
            _kcp.RemoveSegment();
        }
    }

    private bool CanDeliver()
    {
        bool hasRoom = _smux.CanReceive && !_resources.Budget.IsExhausted;
        IsStarved = !hasRoom && _kcp.PeekLength() > 0;
        return hasRoom;
    }

    private void DeliverSealed(ReadOnlySpan<byte> input)
    {
        while (End == LinkEnd.None)
        {
            switch (_tuncrypt!.Read(ref input, out ReadOnlySpan<byte> plaintext))
            {
                case TuncryptResult.Plaintext:
                    DeliverPlain(plaintext);
                    break;
                case TuncryptResult.HandshakeProgress:
                    if (_tuncrypt.IsEstablished)
                        _tuncryptDeadline = Instant.Never;
                    break;
                case TuncryptResult.Failed:
                    Fail(LinkEnd.TuncryptFailed, _tuncrypt.FailureReason);
                    return;
                default:
                    return;
            }
        }
    }

    private void DeliverPlain(ReadOnlySpan<byte> input)
    {
        if (_snappyReader is null)
        {
            DeliverFrames(input);
            return;
        }

        while (End == LinkEnd.None)
        {
            switch (_snappyReader.Read(ref input, out ReadOnlySpan<byte> output))
            {
                case SnappyResult.Chunk:
                    DeliverFrames(output);
                    break;
                case SnappyResult.NeedMore:
                    return;
                default:
                    Fail(LinkEnd.CorruptCompression, _diagnosis.Explain());
                    return;
            }
        }
    }

    private void DeliverFrames(ReadOnlySpan<byte> frames)
    {
        if (_smux.Input(frames, _now, _handler) != SmuxInputResult.Ok)
            Fail(LinkEnd.InvalidProtocol, _diagnosis.Explain());
    }
}
