using System.Numerics;
using System.Runtime.InteropServices;

namespace KcpTun.Kcp;

/// <content>The search for retransmissions, several segments at a time.</content>
internal sealed partial class SendBuffer
{
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

    private static Span<Vector<uint>> Vectors(uint[] array, int index, int count) =>
        MemoryMarshal.Cast<uint, Vector<uint>>(array.AsSpan(index, count));
}
