using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>Chooses the implementation of AES-CFB for this processor.</summary>
internal static class AesCfb
{
    public static IPacketCipher Create(ReadOnlySpan<byte> key)
    {
        if (X86AesUnit.IsSupported)
            return new AesCfb<X86AesUnit>(key);
        if (ArmAesUnit.IsSupported)
            return new AesCfb<ArmAesUnit>(key);
        return new CfbCipher(new AesBlockEncryptor(key));
    }
}

/// <summary>
/// AES-CFB on the processor's AES instructions (PROTOCOL a.2). One round takes some cycles, but a new one can start
/// every half cycle: eight independent blocks in flight cost little more than one. Encryption, a chain within each
/// packet, takes its blocks from eight packets; decryption from one.
/// </summary>
internal sealed partial class AesCfb<TUnit> : IPacketCipher
    where TUnit : struct, IAesUnit
{
    private const int BlockSize = 16;

    private readonly Vector128<byte>[] _roundKeys;
    private readonly Vector128<byte> _firstKeystream;

    public AesCfb(ReadOnlySpan<byte> key)
    {
        _roundKeys = AesKeySchedule.Expand<TUnit>(key);
        _firstKeystream = EncryptBlock(Vector128.Create(CfbCipher.InitializationVector));
    }

    /// <summary>Mixes keystream into the last, possibly partial block of a packet.</summary>
    private static void ApplyTail(Span<byte> tail, Vector128<byte> keystream)
    {
        Span<byte> pad = stackalloc byte[BlockSize];
        keystream.CopyTo(pad);
        ByteXor.Apply(tail, pad);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<byte> EncryptBlock(Vector128<byte> state)
    {
        ReadOnlySpan<Vector128<byte>> keys = _roundKeys;
        state ^= keys[0];
        for (int round = 1; round < keys.Length - 1; round++)
            state = TUnit.Round(state, keys[round]);
        return TUnit.LastRound(state, keys[^1]);
    }

    /// <summary>Encrypts eight blocks in lock-step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EncryptBlocks(
        ref Vector128<byte> a, ref Vector128<byte> b, ref Vector128<byte> c, ref Vector128<byte> d,
        ref Vector128<byte> e, ref Vector128<byte> f, ref Vector128<byte> g, ref Vector128<byte> h)
    {
        ReadOnlySpan<Vector128<byte>> keys = _roundKeys;
        Vector128<byte> key = keys[0];
        (a, b, c, d) = (a ^ key, b ^ key, c ^ key, d ^ key);
        (e, f, g, h) = (e ^ key, f ^ key, g ^ key, h ^ key);
        for (int round = 1; round < keys.Length - 1; round++)
        {
            key = keys[round];
            (a, b) = (TUnit.Round(a, key), TUnit.Round(b, key));
            (c, d) = (TUnit.Round(c, key), TUnit.Round(d, key));
            (e, f) = (TUnit.Round(e, key), TUnit.Round(f, key));
            (g, h) = (TUnit.Round(g, key), TUnit.Round(h, key));
        }

        key = keys[^1];
        (a, b) = (TUnit.LastRound(a, key), TUnit.LastRound(b, key));
        (c, d) = (TUnit.LastRound(c, key), TUnit.LastRound(d, key));
        (e, f) = (TUnit.LastRound(e, key), TUnit.LastRound(f, key));
        (g, h) = (TUnit.LastRound(g, key), TUnit.LastRound(h, key));
    }
}
