using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Links;

/// <summary>Changes datagrams.</summary>
internal static class Damage
{
    private const long MostChanges = 16;

    /// <param name="packet">Has at least one byte.</param>
    /// <param name="where">Of this datagram alone.</param>
    public static void Apply(LinkPacket packet, Corruption kind, RandomStream where)
    {
        packet.IsCorrupted = true;
        switch (kind)
        {
            case Corruption.Truncate:
                packet.Length = (int)where.At(0, packet.Length);
                break;
            case Corruption.Havoc:
                ChangeBytes(packet.Datagram, where);
                break;
            default:
                long bit = where.At(0, packet.Length * 8L);
                packet.Datagram[(int)(bit / 8)] ^= (byte)(1 << (int)(bit % 8));
                break;
        }
    }

    private static void ChangeBytes(Span<byte> datagram, RandomStream where)
    {
        long changes = 1 + where.At(0, MostChanges);
        for (long i = 1; i <= changes; i++)
        {
            // Never by zero, which would be no change.
            datagram[(int)where.At(2 * i, datagram.Length)] ^= (byte)(1 + where.At((2 * i) + 1, byte.MaxValue));
        }
    }
}
