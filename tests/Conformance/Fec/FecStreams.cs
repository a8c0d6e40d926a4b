using KcpTun.Conformance.Support;
using KcpTun.Fec;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Fec;

/// <summary>Whole streams of FEC packets. The payloads look like segments: one head for all, then what differs.
/// </summary>
internal static class FecStreams
{
    /// <summary>Bytes that are equal in all payloads, as a conversation and a command are. The rows of the code sum to
    /// one, so they are equal in the parity, too.</summary>
    public const int CommonLength = 8;

    /// <param name="dataShards">Data packets in a group.</param>
    /// <param name="parityShards">Parity packets for a group.</param>
    /// <param name="groups">How many, all of them complete.</param>
    /// <param name="lengthSpread">Payloads are up to this much longer than the shortest.</param>
    /// <returns>The payloads, and the packets in the order of their sequence numbers.</returns>
    public static (List<byte[]> Payloads, List<byte[]> Wire) Create(
        int dataShards, int parityShards, int groups, int lengthSpread = 0)
    {
        var encoder = new FecEncoder(dataShards, parityShards, FecVectors.MaxPacketLength, FecDialect.Release2021);
        List<byte[]> payloads = [];
        List<byte[]> wire = [];
        for (uint i = 0; i < groups * dataShards; i++)
        {
            byte[] payload = Vectors.Lcg(i, 24 + (lengthSpread == 0 ? 0 : (int)(i * 7 % lengthSpread)));
            payload.AsSpan(0, CommonLength).Fill(0x51);
            BitConverter.TryWriteBytes(payload.AsSpan(CommonLength), i * 0x9E37_79B9u);
            payloads.Add(payload);
            wire.AddRange(encoder.Send(payload, Instant.Zero));
        }

        return (payloads, wire);
    }
}
