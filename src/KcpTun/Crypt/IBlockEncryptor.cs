namespace KcpTun.Crypt;

/// <summary>The forward direction of a block cipher: all that CFB mode needs, both ways.</summary>
internal interface IBlockEncryptor
{
    /// <summary>Bytes of a block: 8 or 16.</summary>
    int BlockSize { get; }

    /// <summary>Encrypts the first <paramref name="count"/> blocks of the array in place, each on its own.</summary>
    void Encrypt(byte[] blocks, int count);
}
