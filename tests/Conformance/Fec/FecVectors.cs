using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Fec;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Fec;

/// <summary>The golden FEC streams, and an encoder driven the way they were made.</summary>
internal static class FecVectors
{
    /// <summary>Room for any packet of the vectors.</summary>
    public const int MaxPacketLength = 1400;

    private static readonly JsonElement s_file = Vectors.Load("fec.json");

    public static long WallStart => s_file.GetProperty("wall_start").GetInt64();

    public static IEnumerable<TestCaseData> Named(string section) => s_file.GetProperty(section).EnumerateArray()
        .Select(golden => new TestCaseData(golden).SetArgDisplayNames(golden.GetProperty("name").GetString()!));

    /// <summary>The wire packets of a golden encoder.</summary>
    public static byte[][] Packets(string encoder) => Packets(
        s_file.GetProperty("encoders").EnumerateArray()
            .Single(golden => golden.GetProperty("name").GetString() == encoder));

    public static byte[][] Packets(JsonElement encoder) =>
        [.. encoder.GetProperty("packets").EnumerateArray().Select(packet => packet.GetBytesFromBase64())];

    /// <summary>Sends one KCP packet and returns what goes on the wire.</summary>
    public static List<byte[]> Send(this FecEncoder encoder, byte[] payload, Instant now)
    {
        byte[] packet = [.. new byte[FecHeader.Length], .. payload];
        int due = encoder.Encode(packet, now);
        List<byte[]> wire = [packet];
        byte[] parity = new byte[MaxPacketLength];
        for (int k = 0; k < due; k++)
            wire.Add(parity[..encoder.WriteParity(k, parity)]);
        return wire;
    }

    /// <summary>A packet that only looks like one: a header and one byte repeated.</summary>
    public static byte[] Packet(uint sequence, ushort type, int length = 40, byte fill = 0)
    {
        byte[] packet = new byte[length];
        packet.AsSpan().Fill(fill);
        FecHeader.Write(packet, sequence, type);
        return packet;
    }

    public static PacketPool NewPool(long limit = MemoryBudget.DefaultLimitBytes) => new(new MemoryBudget(limit));

    public static List<byte[]> RecoveredPackets(this FecDecoder decoder) =>
        [.. Enumerable.Range(0, decoder.RecoveredCount).Select(i => decoder.Recovered(i).ToArray())];
}
