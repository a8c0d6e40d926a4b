using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <content>First transmissions and retransmissions: step 5 of a flush (PROTOCOL c.5).</content>
public sealed partial class KcpSession
{
    /// <summary>Overtaking acks that trigger a fast retransmit; 0 in the options means never.</summary>
    private uint FastResendThreshold => _options.Resend > 0 ? (uint)_options.Resend : uint.MaxValue;

    /// <param name="allowEarly">No segment was admitted, so one overtaking ack is enough for a retransmission.</param>
    private TransmitOutcome Transmit(
        ref KcpPacketWriter writer, in KcpHeader template, bool allowEarly, uint now)
    {
        var outcome = new TransmitOutcome { Next = _options.Interval };
        for (uint sn = _send.Una; sn != _send.Next; sn++)
        {
            int index = _send.IndexOf(sn);
            if (_send.States[index] == SendState.Acknowledged)
                continue;
            if (Decide(index, allowEarly, now, ref outcome))
                WritePush(ref writer, in template, sn, index, now);
            int wait = SequenceNumber.Difference(_send.ResendAt[index], now);
            if (wait > 0 && wait < outcome.Next)
                outcome.Next = wait;
        }

        return outcome;
    }

    /// <summary>Whether a segment must leave now, and if so with which timer.</summary>
    private bool Decide(int index, bool allowEarly, uint now, ref TransmitOutcome outcome)
    {
        uint fastAcks = _send.FastAcks[index];
        bool isArmed = fastAcks != SendBuffer.FastAckDisarmed || !IsRelease2026;
        if (_send.States[index] == SendState.Unsent)
        {
            _send.Rto[index] = _rtt.Rto;
        }
        else if (isArmed && fastAcks >= FastResendThreshold)
        {
            outcome.Fast++;
            RearmAfterFastResend(index);
        }
        else if (isArmed && fastAcks > 0 && allowEarly)
        {
            outcome.Early++;
            RearmAfterFastResend(index);
        }
        else if (SequenceNumber.Difference(now, _send.ResendAt[index]) >= 0)
        {
            outcome.TimedOut++;
            _send.Rto[index] += _options.NoDelay == 0 ? _rtt.Rto : _rtt.Rto / 2;
            _send.FastAcks[index] = 0;
        }
        else
        {
            return false;
        }

        _send.ResendAt[index] = now + _send.Rto[index];
        return true;
    }

    private void RearmAfterFastResend(int index)
    {
        _send.FastAcks[index] = IsRelease2026 ? SendBuffer.FastAckDisarmed : 0;
        _send.Rto[index] = _rtt.Rto;
    }

    private void WritePush(ref KcpPacketWriter writer, in KcpHeader template, uint sn, int index, uint now)
    {
        _send.States[index] = SendState.Sent;
        _send.SentAt[index] = now;
        ReadOnlySpan<byte> payload = _send.Payload(index);
        Span<byte> segment = writer.Reserve(KcpHeader.Length + payload.Length);
        KcpHeader header = template with
        {
            Command = KcpHeader.Push,
            Fragment = _send.Fragment(index),
            Timestamp = now,
            SequenceNumber = sn,
            PayloadLength = (uint)payload.Length,
        };
        header.Write(segment);
        payload.CopyTo(segment[KcpHeader.Length..]);
    }

    /// <summary>What a flush has sent, and when the next one is due.</summary>
    private struct TransmitOutcome
    {
        public int Next;
        public int TimedOut;
        public int Fast;
        public int Early;
    }
}
