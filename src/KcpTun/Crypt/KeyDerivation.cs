using System.Security.Cryptography;
using System.Text;

namespace KcpTun.Crypt;

/// <summary>From the user's key to the bytes the ciphers take (PROTOCOL a.1).</summary>
public static class KeyDerivation
{
    /// <summary>Bytes of a derived pass; every cipher takes a prefix of it.</summary>
    public const int PassSize = 32;

    /// <summary>PBKDF2-HMAC-SHA1 over the UTF-8 bytes of the key. Deliberately slow: once per process.</summary>
    /// <returns>32 bytes.</returns>
    public static byte[] DerivePass(string key) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(key), "kcp-go"u8, 4096, HashAlgorithmName.SHA1, PassSize);

    /// <summary>The pad of the xor cipher (PROTOCOL a.2).</summary>
    internal static byte[] DeriveXorTable(ReadOnlySpan<byte> pass, int length) =>
        Rfc2898DeriveBytes.Pbkdf2(pass, "sH3CIVoF#rWLtJo6"u8, 32, HashAlgorithmName.SHA1, length);
}
