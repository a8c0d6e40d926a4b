using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KcpTun.Crypt;

/// <summary>Exclusive or of byte ranges, a vector at a time.</summary>
internal static class ByteXor
{
    /// <summary>Mixes the beginning of a pad, which must not be shorter, into all of the data.</summary>
    public static void Apply(Span<byte> data, ReadOnlySpan<byte> pad)
    {
        pad = pad[..data.Length];
        ref byte target = ref MemoryMarshal.GetReference(data), source = ref MemoryMarshal.GetReference(pad);
        int position = 0;
        for (; position <= data.Length - Vector<byte>.Count; position += Vector<byte>.Count)
        {
            nuint at = (nuint)position;
            (Vector.LoadUnsafe(ref target, at) ^ Vector.LoadUnsafe(ref source, at)).StoreUnsafe(ref target, at);
        }

        for (; position <= data.Length - sizeof(ulong); position += sizeof(ulong))
        {
            ulong mixed = MemoryMarshal.Read<ulong>(data[position..]) ^ MemoryMarshal.Read<ulong>(pad[position..]);
            MemoryMarshal.Write(data[position..], mixed);
        }

        for (; position < data.Length; position++)
            data[position] ^= pad[position];
    }

    /// <summary>Mixes a block into the one at a position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Mix(ref byte start, nuint position, Vector128<byte> pad) =>
        (Vector128.LoadUnsafe(ref start, position) ^ pad).StoreUnsafe(ref start, position);
}
