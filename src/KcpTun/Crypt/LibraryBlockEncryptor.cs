using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;

namespace KcpTun.Crypt;

/// <summary>
/// A block cipher of BouncyCastle. Its CAST-128 makes 32 bytes of garbage in every block; the time that costs is lost
/// in that of the cipher itself, and the others make none.
/// </summary>
internal sealed class LibraryBlockEncryptor : IBlockEncryptor
{
    private readonly IBlockCipher _engine;

    public LibraryBlockEncryptor(IBlockCipher engine, ReadOnlySpan<byte> key)
    {
        engine.Init(forEncryption: true, new KeyParameter(key));
        _engine = engine;
        BlockSize = engine.GetBlockSize();
    }

    public int BlockSize { get; }

    public void Encrypt(byte[] blocks, int count)
    {
        for (int position = 0; position < count * BlockSize; position += BlockSize)
            _engine.ProcessBlock(blocks, position, blocks, position);
    }
}
