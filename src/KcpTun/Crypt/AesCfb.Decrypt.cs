using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <content>Decryption: eight blocks of a packet at once.</content>
internal sealed partial class AesCfb<TUnit>
{
    public void Decrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets)
    {
        foreach (Slice packet in packets)
            Decrypt(buffer.Slice(packet.Offset, packet.Length));
    }

    private void Decrypt(Span<byte> packet)
    {
        ref byte start = ref MemoryMarshal.GetReference(packet);
        Vector128<byte> keystream = _firstKeystream;
        nuint i = 0;
        for (; (int)i <= packet.Length - (8 * BlockSize); i += 8 * BlockSize)
        {
            Vector128<byte> a = Vector128.LoadUnsafe(ref start, i);
            Vector128<byte> b = Vector128.LoadUnsafe(ref start, i + 16);
            Vector128<byte> c = Vector128.LoadUnsafe(ref start, i + 32);
            Vector128<byte> d = Vector128.LoadUnsafe(ref start, i + 48);
            Vector128<byte> e = Vector128.LoadUnsafe(ref start, i + 64);
            Vector128<byte> f = Vector128.LoadUnsafe(ref start, i + 80);
            Vector128<byte> g = Vector128.LoadUnsafe(ref start, i + 96);
            Vector128<byte> h = Vector128.LoadUnsafe(ref start, i + 112);
            ByteXor.Mix(ref start, i, keystream);
            _aes.EncryptBlocks(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            ByteXor.Mix(ref start, i + 16, a);
            ByteXor.Mix(ref start, i + 32, b);
            ByteXor.Mix(ref start, i + 48, c);
            ByteXor.Mix(ref start, i + 64, d);
            ByteXor.Mix(ref start, i + 80, e);
            ByteXor.Mix(ref start, i + 96, f);
            ByteXor.Mix(ref start, i + 112, g);
            keystream = h;
        }

        for (; (int)i <= packet.Length - BlockSize; i += BlockSize)
        {
            Vector128<byte> ciphertext = Vector128.LoadUnsafe(ref start, i);
            ByteXor.Mix(ref start, i, keystream);
            keystream = _aes.EncryptBlock(ciphertext);
        }

        ApplyTail(packet[(int)i..], keystream);
    }
}
