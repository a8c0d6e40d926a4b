namespace KcpTun.Crypt;

/// <summary>The packet ciphers of kcptun, in the order of its help text (PROTOCOL a.1).</summary>
public enum CipherKind
{
    /// <summary>AES-256 in CFB mode; the default, and what every unknown name means.</summary>
    Aes256,

    /// <summary>AES-128 in CFB mode.</summary>
    Aes128,

    /// <summary>AES-192 in CFB mode.</summary>
    Aes192,

    /// <summary>AES-128 in Galois/counter mode: the only authenticated one.</summary>
    Aes128Gcm,

    /// <summary>Salsa20 with 20 rounds and a 256-bit key.</summary>
    Salsa20,

    /// <summary>Blowfish in CFB mode with a 256-bit key.</summary>
    Blowfish,

    /// <summary>Twofish in CFB mode with a 256-bit key.</summary>
    Twofish,

    /// <summary>CAST-128 in CFB mode.</summary>
    Cast5,

    /// <summary>Triple DES (EDE, three keys) in CFB mode.</summary>
    TripleDes,

    /// <summary>TEA with 8 cycles in CFB mode.</summary>
    Tea,

    /// <summary>XTEA with 32 cycles in CFB mode.</summary>
    Xtea,

    /// <summary>A fixed pad of 1500 bytes: obfuscation, not secrecy.</summary>
    Xor,

    /// <summary>SM4 in CFB mode.</summary>
    Sm4,

    /// <summary>Nonce and checksum in clear.</summary>
    None,

    /// <summary>No envelope at all.</summary>
    Null,
}
