namespace KcpTun.Settings;

/// <summary>The names of <c>--crypt</c>, in the order of kcptun's help.</summary>
internal static class CipherNames
{
    /// <summary>What every unknown name means (PROTOCOL a.1).</summary>
    public const string Fallback = "aes";

    public static IReadOnlyList<string> All { get; } =
    [
        Fallback, "aes-128", "aes-128-gcm", "aes-192", "salsa20", "blowfish", "twofish", "cast5", "3des", "tea", "xtea",
        "xor", "sm4", "none", "null",
    ];
}
