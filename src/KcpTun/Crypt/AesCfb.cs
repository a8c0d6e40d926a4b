using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;
using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>Chooses the implementation of AES-CFB for this processor.</summary>
internal static class AesCfb
{
    [ExcludeFromCodeCoverage(Justification = "The processor chooses.")]
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
/// AES-CFB on the processor's AES instructions (PROTOCOL a.2), eight blocks at a time. Encryption, a chain within each
/// packet, takes its blocks from eight packets; decryption from one.
/// </summary>
internal sealed partial class AesCfb<TUnit> : IPacketCipher
    where TUnit : struct, IAesUnit
{
    private const int BlockSize = 16;

    private readonly AesRounds<TUnit> _aes;
    private readonly Vector128<byte> _firstKeystream;

    public AesCfb(ReadOnlySpan<byte> key)
    {
        _aes = new AesRounds<TUnit>(key);
        _firstKeystream = _aes.EncryptBlock(Vector128.Create(CfbCipher.InitializationVector));
    }

    /// <summary>Mixes keystream into the last, possibly partial block of a packet.</summary>
    private static void ApplyTail(Span<byte> tail, Vector128<byte> keystream)
    {
        Span<byte> pad = stackalloc byte[BlockSize];
        keystream.CopyTo(pad);
        ByteXor.Apply(tail, pad);
    }
}
