using System.Security.Cryptography;

namespace KcpTun.Crypt;

/// <summary>AES of the base library, for processors whose AES instructions this library does not know.</summary>
internal sealed class AesBlockEncryptor : IBlockEncryptor
{
    private readonly ICryptoTransform _transform;

    public AesBlockEncryptor(ReadOnlySpan<byte> key)
    {
        using Aes aes = Aes.Create();
        aes.Mode = CipherMode.ECB;
        aes.Padding = PaddingMode.None;
        _transform = aes.CreateEncryptor(key.ToArray(), null);
    }

    public int BlockSize => 16;

    public void Encrypt(byte[] blocks, int count) =>
        _transform.TransformBlock(blocks, 0, count * BlockSize, blocks, 0);
}
