using System.Numerics;
using System.Runtime.InteropServices;
using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <content>The scans over the window, several segments at a time.</content>
internal sealed partial class SendBuffer
{
    /// <summary>
    /// Every numbered segment before <paramref name="sequenceNumber"/> that was sent no later than
    /// <paramref name="timestamp"/>, acknowledged or not, has been overtaken once more (PROTOCOL c.4).
    /// </summary>
    /// <param name="sequenceNumber">The acknowledged segment, in snd_buf.</param>
    /// <param name="timestamp">When that segment was sent, as the peer echoes it.</param>
    /// <param name="threshold">Count that <see cref="OvertakenResult.AnyReached"/> reports.</param>
    public OvertakenResult CountOvertaken(uint sequenceNumber, uint timestamp, uint threshold)
    {
        var result = default(OvertakenResult);
        for (uint sn = Una; sn != sequenceNumber;)
        {
            int index = IndexOf(sn);
            int run = Math.Min((int)(sequenceNumber - sn), Acknowledged.Length - index);
            CountOvertaken(index, run, timestamp, threshold, ref result);
            sn += (uint)run;
        }

        return result;
    }

    /// <summary>
    /// Length of the stretch from <paramref name="index"/> on in which no segment can need a retransmission: each is
    /// acknowledged, or has neither pending fast acks nor an expired timer. A multiple of the vector width.
    /// </summary>
    /// <param name="index">First element.</param>
    /// <param name="count">Elements up to the end of the scan or of the ring.</param>
    /// <param name="now">Milliseconds.</param>
    /// <param name="nearest">Lowered to the shortest time, ms, until a timer in the stretch expires.</param>
    public int SkipQuiet(int index, int count, uint now, ref uint nearest)
    {
        ReadOnlySpan<Vector<uint>> resendAt = Vectors(ResendAt, index, count);
        ReadOnlySpan<Vector<uint>> fastAcks = Vectors(FastAcks, index, count)[..resendAt.Length];
        ReadOnlySpan<Vector<uint>> acknowledged = Vectors(Acknowledged, index, count)[..resendAt.Length];
        var clock = new Vector<uint>(now);
        var disarmed = new Vector<uint>(FastAckDisarmed);
        var shortest = new Vector<uint>(nearest);
        int i = 0;
        for (; i < resendAt.Length; i++)
        {
            Vector<uint> wait = resendAt[i] - clock;
            Vector<uint> expired = Vector.LessThanOrEqual(wait.As<uint, int>(), Vector<int>.Zero).As<int, uint>();
            Vector<uint> unmoved = Vector.Equals(fastAcks[i], Vector<uint>.Zero) | Vector.Equals(fastAcks[i], disarmed);
            if (!Vector.EqualsAll(Vector.AndNot(expired | ~unmoved, acknowledged[i]), Vector<uint>.Zero))
                break;
            shortest = Vector.Min(shortest, wait | acknowledged[i]);
        }

        for (int lane = 0; lane < Vector<uint>.Count; lane++)
            nearest = Math.Min(nearest, shortest[lane]);
        return i * Vector<uint>.Count;
    }

    private void CountOvertaken(int index, int count, uint timestamp, uint threshold, ref OvertakenResult result)
    {
        Span<Vector<uint>> fastAcks = Vectors(FastAcks, index, count);
        ReadOnlySpan<Vector<uint>> sentAt = Vectors(SentAt, index, count)[..fastAcks.Length];
        ReadOnlySpan<Vector<uint>> acknowledged = Vectors(Acknowledged, index, count)[..fastAcks.Length];
        var latest = new Vector<uint>(timestamp);
        var disarmed = new Vector<uint>(FastAckDisarmed);
        var limit = new Vector<uint>(threshold);
        Vector<uint> reached = Vector<uint>.Zero;
        Vector<uint> unacknowledged = Vector<uint>.Zero;
        for (int i = 0; i < fastAcks.Length; i++)
        {
            Vector<uint> old = fastAcks[i];
            Vector<int> lead = (sentAt[i] - latest).As<uint, int>();
            Vector<uint> isOvertaken = Vector.AndNot(
                Vector.LessThanOrEqual(lead, Vector<int>.Zero).As<int, uint>(), Vector.Equals(old, disarmed));
            // A true lane is all ones, that is −1.
            Vector<uint> updated = old - isOvertaken;
            fastAcks[i] = updated;
            reached |= isOvertaken & Vector.GreaterThanOrEqual(updated, limit);
            unacknowledged |= Vector.AndNot(isOvertaken, acknowledged[i]);
        }

        result.AnyReached |= !Vector.EqualsAll(reached, Vector<uint>.Zero);
        result.AnyUnacknowledged |= !Vector.EqualsAll(unacknowledged, Vector<uint>.Zero);
        for (int i = index + (fastAcks.Length * Vector<uint>.Count); i < index + count; i++)
        {
            if (FastAcks[i] == FastAckDisarmed || SequenceNumber.Difference(SentAt[i], timestamp) > 0)
                continue;
            result.AnyReached |= ++FastAcks[i] >= threshold;
            result.AnyUnacknowledged |= Acknowledged[i] == 0;
        }
    }

    private static Span<Vector<uint>> Vectors(uint[] array, int index, int count) =>
        MemoryMarshal.Cast<uint, Vector<uint>>(array.AsSpan(index, count));
}

/// <summary>What counting one more overtaking ack has changed.</summary>
internal struct OvertakenResult
{
    /// <summary>A segment, acknowledged or not, was counted and is now at the threshold or above.</summary>
    public bool AnyReached;

    /// <summary>A segment still waiting for its acknowledgement was counted.</summary>
    public bool AnyUnacknowledged;
}
