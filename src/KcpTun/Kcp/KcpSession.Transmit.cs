using System.Numerics;
using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <content>First transmissions and retransmissions: step 5 of a flush (PROTOCOL c.5).</content>
/// <remarks>
/// The rule is a scan over everything in flight. What the scan could find is tracked, so that a flush that can only
/// have new segments to send, which is nearly every one, looks at nothing else.
/// </remarks>
public sealed partial class KcpSession
{
    /// <summary>A segment in flight may have been overtaken and not yet been retransmitted for it.</summary>
    private bool _hasFastAcks;

    /// <summary>No timer of a segment in flight expires earlier; meaningless while nothing is in flight.</summary>
    private uint _earliestResend;

    /// <summary>Overtaking acks that trigger a fast retransmit; 0 in the options means never.</summary>
    private uint FastResendThreshold => _options.Resend > 0 ? (uint)_options.Resend : uint.MaxValue;

    /// <param name="allowEarly">No segment was admitted, so one overtaking ack is enough for a retransmission.</param>
    /// <param name="needsNext">Whether the caller uses <see cref="TransmitOutcome.Next"/>.</param>
    private TransmitOutcome Transmit(
        ref KcpPacketWriter writer, in KcpHeader template, bool allowEarly, bool needsNext, uint now)
    {
        var outcome = new TransmitOutcome { Nearest = int.MaxValue };
        if (_send.Una != _send.FirstUnsent)
        {
            int untilResend = SequenceNumber.Difference(_earliestResend, now);
            if (_hasFastAcks || untilResend <= 0 || (needsNext && untilResend < _options.Interval))
                Retransmit(ref writer, in template, allowEarly, now, ref outcome);
            else
                outcome.Nearest = (uint)untilResend;
        }

        if (_send.FirstUnsent != _send.Next)
            TransmitNew(ref writer, in template, now, ref outcome);
        _earliestResend = now + outcome.Nearest;
        outcome.Next = (int)Math.Min(outcome.Nearest, (uint)_options.Interval);
        return outcome;
    }

    private void TransmitNew(
        ref KcpPacketWriter writer, in KcpHeader template, uint now, ref TransmitOutcome outcome)
    {
        for (uint sn = _send.FirstUnsent; sn != _send.Next; sn++)
        {
            int index = _send.IndexOf(sn);
            // A hostile peer acknowledges what was admitted and never sent, or something later.
            if (_send.Acknowledged[index] != 0)
                continue;
            _hasFastAcks |= _send.FastAcks[index] != 0;
            _send.Rto[index] = _rtt.Rto;
            WritePush(ref writer, in template, sn, index, now);
            outcome.Nearest = Math.Min(outcome.Nearest, _rtt.Rto);
        }

        _send.MarkSent();
    }

    /// <summary>Visits everything sent before, stepping over stretches in which nothing needs to be done.</summary>
    private void Retransmit(
        ref KcpPacketWriter writer, in KcpHeader template, bool allowEarly, uint now, ref TransmitOutcome outcome)
    {
        _hasFastAcks = false;
        uint sn = _send.Una;
        while (sn != _send.FirstUnsent)
        {
            int index = _send.IndexOf(sn);
            int run = Math.Min((int)(_send.FirstUnsent - sn), _send.Capacity - index);
            int quiet = _send.SkipQuiet(index, run, now, ref outcome.Nearest);
            int end = Math.Min(quiet + Vector<uint>.Count, run);
            for (int i = quiet; i < end; i++)
                Retransmit(ref writer, in template, sn + (uint)i, index + i, allowEarly, now, ref outcome);
            sn += (uint)end;
        }
    }

    private void Retransmit(
        ref KcpPacketWriter writer,
        in KcpHeader template,
        uint sn,
        int index,
        bool allowEarly,
        uint now,
        ref TransmitOutcome outcome)
    {
        if (_send.Acknowledged[index] != 0)
            return;
        if (DecideRetransmission(index, allowEarly, now, ref outcome))
            WritePush(ref writer, in template, sn, index, now);
        _hasFastAcks |= _send.FastAcks[index] is not (0 or SendBuffer.FastAckDisarmed);
        outcome.Nearest = Math.Min(outcome.Nearest, _send.ResendAt[index] - now);
    }

    /// <summary>Whether a segment in flight must leave again; if so its timeout is set.</summary>
    private bool DecideRetransmission(int index, bool allowEarly, uint now, ref TransmitOutcome outcome)
    {
        uint fastAcks = _send.FastAcks[index];
        bool isOvertaken = fastAcks is not (0 or SendBuffer.FastAckDisarmed);
        if (isOvertaken && fastAcks >= FastResendThreshold)
        {
            outcome.Fast++;
        }
        else if (isOvertaken && allowEarly)
        {
            outcome.Early++;
        }
        else if (SequenceNumber.Difference(now, _send.ResendAt[index]) >= 0)
        {
            outcome.TimedOut++;
            _send.Rto[index] += _options.NoDelay == 0 ? _rtt.Rto : _rtt.Rto / 2;
            _send.FastAcks[index] = 0;
            return true;
        }
        else
        {
            return false;
        }

        _send.Rto[index] = _rtt.Rto;
        _send.FastAcks[index] = IsRelease2026 ? SendBuffer.FastAckDisarmed : 0;
        return true;
    }

    private void WritePush(ref KcpPacketWriter writer, in KcpHeader template, uint sn, int index, uint now)
    {
        _send.SentAt[index] = now;
        _send.ResendAt[index] = now + _send.Rto[index];
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
        /// <summary>Milliseconds until the first timer expires, or fewer.</summary>
        public uint Nearest;

        /// <summary>Milliseconds until the next flush; exact only if asked for.</summary>
        public int Next;

        public int TimedOut;
        public int Fast;
        public int Early;

        public readonly int Retransmissions => TimedOut + Fast + Early;
    }
}
