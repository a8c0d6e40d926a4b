using System.Numerics;
using System.Runtime.InteropServices;

namespace KcpTun.Crypt;

/// <summary>Exclusive or of byte ranges, a vector at a time.</summary>
internal static class ByteXor
{
    /// <summary>Mixes the beginning of a pad, which must not be shorter, into all of the data.</summary>
    public static void Apply(Span<byte> data, ReadOnlySpan<byte> pad)
    {
        pad = pad[..data.Length];
        int position = 0;
        for (; position <= data.Length - Vector<byte>.Count; position += Vector<byte>.Count)
        {
            Vector<byte> mixed = new Vector<byte>(data[position..]) ^ new Vector<byte>(pad[position..]);
            mixed.CopyTo(data[position..]);
        }

        for (; position <= data.Length - sizeof(ulong); position += sizeof(ulong))
        {
            ulong mixed = MemoryMarshal.Read<ulong>(data[position..]) ^ MemoryMarshal.Read<ulong>(pad[position..]);
            MemoryMarshal.Write(data[position..], mixed);
        }

        for (; position < data.Length; position++)
            data[position] ^= pad[position];
    }
}
