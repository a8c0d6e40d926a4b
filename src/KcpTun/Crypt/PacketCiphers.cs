using Org.BouncyCastle.Crypto.Engines;

namespace KcpTun.Crypt;

/// <summary>Which implementation serves which cipher, and how much of the pass it takes (PROTOCOL a.1).</summary>
internal static class PacketCiphers
{
    public static IPacketCipher Create(CipherKind kind, ReadOnlySpan<byte> pass) => kind switch
    {
        CipherKind.Aes256 => AesCfb.Create(pass[..32]),
        CipherKind.Aes128 => AesCfb.Create(pass[..16]),
        CipherKind.Aes192 => AesCfb.Create(pass[..24]),
        CipherKind.Salsa20 => Salsa20Cipher.Create(pass[..32]),
        CipherKind.Blowfish => new CfbCipher(new LibraryBlockEncryptor(new BlowfishEngine(), pass[..32])),
        CipherKind.Twofish => new CfbCipher(new LibraryBlockEncryptor(new TwofishEngine(), pass[..32])),
        CipherKind.Cast5 => new CfbCipher(new LibraryBlockEncryptor(new Cast5Engine(), pass[..16])),
        CipherKind.TripleDes => new CfbCipher(new LibraryBlockEncryptor(new DesEdeEngine(), pass[..24])),
        CipherKind.Tea => new CfbCipher(new TeaBlockEncryptor(pass[..16])),
        CipherKind.Xtea => new CfbCipher(new XteaBlockEncryptor(pass[..16])),
        CipherKind.Xor => new XorCipher(pass),
        CipherKind.Sm4 => new CfbCipher(new LibraryBlockEncryptor(new SM4Engine(), pass[..16])),
        CipherKind.None => new IdentityCipher(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a cipher with a checksum envelope."),
    };
}
