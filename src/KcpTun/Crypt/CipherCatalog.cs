namespace KcpTun.Crypt;

/// <summary>The names of the ciphers on the command line and in configuration files.</summary>
public static class CipherCatalog
{
    // Indexed by CipherKind.
    private static readonly string[] s_names =
    [
        "aes", "aes-128", "aes-192", "aes-128-gcm", "salsa20", "blowfish", "twofish", "cast5", "3des", "tea", "xtea",
        "xor", "sm4", "none", "null",
    ];

    /// <summary>The fifteen names, the default first.</summary>
    public static IReadOnlyList<string> Names => s_names;

    /// <summary>Looks a name up. Exact and case-sensitive, as in kcptun.</summary>
    public static bool TryParse(string name, out CipherKind kind)
    {
        int index = Array.IndexOf(s_names, name);
        kind = index < 0 ? CipherKind.Aes256 : (CipherKind)index;
        return index >= 0;
    }

    /// <summary>What a peer running kcptun would use for this name: an unknown one silently means AES-256.</summary>
    public static CipherKind Resolve(string name) =>
        TryParse(name, out CipherKind kind) ? kind : CipherKind.Aes256;
}
