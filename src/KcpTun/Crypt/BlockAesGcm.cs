using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace KcpTun.Crypt;

/// <summary>
/// AES-GCM (NIST SP 800-38D) on the processor's instructions, eight blocks at a time. The base library spends most of a
/// packet's time on the way into and out of OpenSSL; <see cref="LibraryAesGcm"/> is what the tests compare with.
/// </summary>
internal sealed class BlockAesGcm<TUnit> : IAead
    where TUnit : struct, IAesUnit
{
    private const int BlockSize = 16;
    private const int Stride = 8;

    /// <summary>Where the counter is in its block, in words, behind the nonce.</summary>
    private const int CounterWord = 3;

    /// <summary>Counter of the block that hides the hash; the payload's follow (SP 800-38D, 7.1).</summary>
    private const uint FirstCounter = 1;

    private readonly AesRounds<TUnit> _aes;
    private readonly GHash _hash;

    /// <param name="key">16, 24 or 32 bytes.</param>
    public BlockAesGcm(ReadOnlySpan<byte> key)
    {
        _aes = new AesRounds<TUnit>(key);
        _hash = new GHash(_aes.EncryptBlock(Vector128<byte>.Zero));
    }

    public void Seal(ReadOnlySpan<byte> nonce, Span<byte> payload, Span<byte> tag)
    {
        Vector128<uint> start = CounterBlock(nonce);
        ApplyKeystream(payload, start);
        Tag(payload, start).CopyTo(tag);
    }

    /// <remarks>Nothing is decrypted before the tag is found right.</remarks>
    public bool TryOpen(ReadOnlySpan<byte> nonce, Span<byte> payload, ReadOnlySpan<byte> tag)
    {
        Vector128<uint> start = CounterBlock(nonce);
        Span<byte> expected = stackalloc byte[Aead.TagSize];
        Tag(payload, start).CopyTo(expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, tag))
            return false;
        ApplyKeystream(payload, start);
        return true;
    }

    private static Vector128<uint> CounterBlock(ReadOnlySpan<byte> nonce)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        nonce.CopyTo(block);
        return Vector128.Create<byte>(block).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> At(Vector128<uint> start, uint counter) =>
        start.WithElement(CounterWord, BinaryPrimitives.ReverseEndianness(counter)).AsByte();

    private Vector128<byte> Tag(ReadOnlySpan<byte> ciphertext, Vector128<uint> start) =>
        _hash.Compute(ciphertext) ^ _aes.EncryptBlock(At(start, FirstCounter));

    private void ApplyKeystream(Span<byte> payload, Vector128<uint> start)
    {
        uint counter = FirstCounter + 1;
        for (; payload.Length >= Stride * BlockSize; payload = payload[(Stride * BlockSize)..], counter += Stride)
            Mix(ref MemoryMarshal.GetReference(payload), start, counter);
        if (payload.IsEmpty)
            return;
        Span<byte> last = stackalloc byte[Stride * BlockSize];
        payload.CopyTo(last);
        Mix(ref MemoryMarshal.GetReference(last), start, counter);
        last[..payload.Length].CopyTo(payload);
    }

    /// <summary>Mixes keystream into eight blocks.</summary>
    private void Mix(ref byte blocks, Vector128<uint> start, uint counter)
    {
        Vector128<byte> a = At(start, counter), b = At(start, counter + 1);
        Vector128<byte> c = At(start, counter + 2), d = At(start, counter + 3);
        Vector128<byte> e = At(start, counter + 4), f = At(start, counter + 5);
        Vector128<byte> g = At(start, counter + 6), h = At(start, counter + 7);
        _aes.EncryptBlocks(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        ByteXor.Mix(ref blocks, 0, a);
        ByteXor.Mix(ref blocks, 16, b);
        ByteXor.Mix(ref blocks, 32, c);
        ByteXor.Mix(ref blocks, 48, d);
        ByteXor.Mix(ref blocks, 64, e);
        ByteXor.Mix(ref blocks, 80, f);
        ByteXor.Mix(ref blocks, 96, g);
        ByteXor.Mix(ref blocks, 112, h);
    }
}
