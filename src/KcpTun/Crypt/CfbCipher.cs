using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <summary>
/// Full-block cipher feedback with the fixed IV over any block cipher (PROTOCOL a.2). Encryption is a chain within a
/// packet, so packets advance side by side; decryption is not, so a packet's blocks do. Either way the cipher gets
/// many independent blocks in one call.
/// </summary>
internal sealed class CfbCipher : IPacketCipher
{
    // Most blocks for one call of the cipher, and most packets side by side.
    private const int Width = 32;

    private readonly IBlockEncryptor _cipher;
    private readonly int _blockSize;
    private readonly byte[] _firstKeystream;
    private readonly byte[] _keystream;
    private readonly Slice[] _lanes = new Slice[Width];

    public CfbCipher(IBlockEncryptor cipher)
    {
        _cipher = cipher;
        _blockSize = cipher.BlockSize;
        _keystream = new byte[Width * _blockSize];
        _firstKeystream = InitializationVector[.._blockSize].ToArray();
        cipher.Encrypt(_firstKeystream, 1);
    }

    /// <summary>The constant IV; ciphers with 8-byte blocks use the first half.</summary>
    public static ReadOnlySpan<byte> InitializationVector =>
    [
        0xA7, 0x73, 0x4F, 0x9C, 0x12, 0xAC, 0x1B, 0x01, 0xA4, 0x15, 0xF2, 0xC1, 0xFC, 0x78, 0xE6, 0x6B,
    ];

    public void Encrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets)
    {
        while (!packets.IsEmpty)
        {
            int taken = Math.Min(packets.Length, Width);
            EncryptSideBySide(buffer, packets[..taken]);
            packets = packets[taken..];
        }
    }

    public void Decrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets)
    {
        foreach (Slice packet in packets)
            Decrypt(buffer.Slice(packet.Offset, packet.Length));
    }

    private void EncryptSideBySide(Span<byte> buffer, ReadOnlySpan<Slice> packets)
    {
        packets.CopyTo(_lanes);
        int active = packets.Length;
        for (int lane = 0; lane < active; lane++)
            _firstKeystream.CopyTo(Keystream(lane));

        while (active > 0)
        {
            int remaining = 0;
            for (int lane = 0; lane < active; lane++)
            {
                Slice rest = _lanes[lane];
                Span<byte> block = buffer.Slice(rest.Offset, Math.Min(rest.Length, _blockSize));
                ByteXor.Apply(block, Keystream(lane));
                if (rest.Length <= _blockSize)
                    continue;
                // Lanes close up as packets end: a lane only ever moves to a place that has been read already.
                block.CopyTo(Keystream(remaining));
                _lanes[remaining++] = new Slice(rest.Offset + _blockSize, rest.Length - _blockSize);
            }

            active = remaining;
            if (active > 0)
                _cipher.Encrypt(_keystream, active);
        }
    }

    private void Decrypt(Span<byte> packet)
    {
        // From the back, because the feedback of a block is the ciphertext before it.
        int blocks = (packet.Length + _blockSize - 1) / _blockSize;
        while (blocks > 1)
        {
            int count = Math.Min(blocks - 1, Width);
            blocks -= count;
            int position = blocks * _blockSize;
            int length = Math.Min(count * _blockSize, packet.Length - position);
            packet.Slice(position - _blockSize, count * _blockSize).CopyTo(_keystream);
            _cipher.Encrypt(_keystream, count);
            ByteXor.Apply(packet.Slice(position, length), _keystream);
        }

        ByteXor.Apply(packet[..Math.Min(packet.Length, _blockSize)], _firstKeystream);
    }

    private Span<byte> Keystream(int lane) => _keystream.AsSpan(lane * _blockSize, _blockSize);
}
