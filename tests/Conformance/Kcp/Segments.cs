using KcpTun.Kcp;

namespace KcpTun.Conformance.Kcp;

/// <summary>Packets of a peer, made by hand.</summary>
internal static class Segments
{
    public const uint Conversation = 0x11223344;

    public static byte[] Push(uint sn, byte[] payload, byte frg = 0, uint ts = 0, uint una = 0, ushort wnd = 128) =>
        Make(KcpHeader.Push, sn, ts, una, wnd, frg, payload);

    public static byte[] Ack(uint sn, uint ts, uint una, ushort wnd = 128) =>
        Make(KcpHeader.Ack, sn, ts, una, wnd, 0, []);

    /// <summary>A segment without effect of its own: it only carries una and the window.</summary>
    public static byte[] Tell(uint una, ushort wnd) => Make(KcpHeader.WindowTell, 0, 0, una, wnd, 0, []);

    public static KcpHeader[] Parse(byte[] packet)
    {
        var headers = new List<KcpHeader>();
        for (int offset = 0; offset < packet.Length;)
        {
            headers.Add(KcpHeader.Read(packet.AsSpan(offset)));
            offset += KcpHeader.Length + (int)headers[^1].PayloadLength;
        }

        return [.. headers];
    }

    private static byte[] Make(byte cmd, uint sn, uint ts, uint una, ushort wnd, byte frg, byte[] payload)
    {
        byte[] packet = new byte[KcpHeader.Length + payload.Length];
        new KcpHeader(Conversation, cmd, frg, wnd, ts, sn, una, (uint)payload.Length).Write(packet);
        payload.CopyTo(packet, KcpHeader.Length);
        return packet;
    }
}
