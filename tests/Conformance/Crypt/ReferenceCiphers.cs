using System.Buffers.Binary;
using KcpTun.Crypt;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace KcpTun.Conformance.Crypt;

/// <summary>Slow, obvious ciphers for one packet, written straight from PROTOCOL a.2.</summary>
internal static class ReferenceCiphers
{
    public static byte[] Encrypt(CipherKind kind, byte[] pass, ReadOnlySpan<byte> plain) => kind switch
    {
        CipherKind.Aes256 => Cfb(Library(new AesEngine(), pass), 16, plain),
        CipherKind.Aes192 => Cfb(Library(new AesEngine(), pass[..24]), 16, plain),
        CipherKind.Aes128 => Cfb(Library(new AesEngine(), pass[..16]), 16, plain),
        CipherKind.Blowfish => Cfb(Library(new BlowfishEngine(), pass), 8, plain),
        CipherKind.Twofish => Cfb(Library(new TwofishEngine(), pass), 16, plain),
        CipherKind.Cast5 => Cfb(Library(new Cast5Engine(), pass[..16]), 8, plain),
        CipherKind.TripleDes => Cfb(Library(new DesEdeEngine(), pass[..24]), 8, plain),
        CipherKind.Xtea => Cfb(Library(new XteaEngine(), pass[..16]), 8, plain),
        CipherKind.Sm4 => Cfb(Library(new SM4Engine(), pass[..16]), 16, plain),
        CipherKind.Tea => Cfb(block => Tea(pass, block), 8, plain),
        CipherKind.Salsa20 => Salsa20(pass, plain),
        CipherKind.Xor => Xor(plain, KeyDerivation.DeriveXorTable(pass, plain.Length)),
        CipherKind.None => plain.ToArray(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static byte[] Cfb(Func<byte[], byte[]> encryptBlock, int size, ReadOnlySpan<byte> plain)
    {
        byte[] cipher = new byte[plain.Length];
        byte[] feedback = Convert.FromHexString("A7734F9C12AC1B01A415F2C1FC78E66B")[..size];
        for (int i = 0; i < plain.Length; i++)
        {
            if (i % size == 0)
                feedback = encryptBlock(i == 0 ? feedback : cipher[(i - size)..i]);
            cipher[i] = (byte)(plain[i] ^ feedback[i % size]);
        }

        return cipher;
    }

    private static Func<byte[], byte[]> Library(IBlockCipher engine, byte[] key)
    {
        engine.Init(true, new KeyParameter(key));
        return block =>
        {
            byte[] output = new byte[block.Length];
            engine.ProcessBlock(block, 0, output, 0);
            return output;
        };
    }

    private static byte[] Tea(byte[] key, byte[] block)
    {
        uint[] k = [.. Enumerable.Range(0, 4).Select(i => BinaryPrimitives.ReadUInt32BigEndian(key.AsSpan(4 * i)))];
        uint v0 = BinaryPrimitives.ReadUInt32BigEndian(block);
        uint v1 = BinaryPrimitives.ReadUInt32BigEndian(block.AsSpan(4));
        uint sum = 0;
        for (int cycle = 0; cycle < 8; cycle++)
        {
            sum += 0x9E3779B9;
            v0 += ((v1 << 4) + k[0]) ^ (v1 + sum) ^ ((v1 >> 5) + k[1]);
            v1 += ((v0 << 4) + k[2]) ^ (v0 + sum) ^ ((v0 >> 5) + k[3]);
        }

        byte[] output = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(output, v0);
        BinaryPrimitives.WriteUInt32BigEndian(output.AsSpan(4), v1);
        return output;
    }

    private static byte[] Salsa20(byte[] key, ReadOnlySpan<byte> plain)
    {
        byte[] output = plain.ToArray();
        if (plain.Length < 8)
            return output;
        var engine = new Salsa20Engine();
        engine.Init(true, new ParametersWithIV(new KeyParameter(key), plain[..8].ToArray()));
        engine.ProcessBytes(plain[8..], output.AsSpan(8));
        return output;
    }

    private static byte[] Xor(ReadOnlySpan<byte> plain, byte[] pad)
    {
        byte[] output = plain.ToArray();
        for (int i = 0; i < output.Length; i++)
            output[i] ^= pad[i];
        return output;
    }
}
