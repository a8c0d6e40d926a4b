namespace KcpTun.Qpp;

/// <summary>
/// One direction of one stream (PROTOCOL g): a generator chooses the pad of every eight bytes and a byte to mix into
/// each of them. How the stream is cut into calls does not matter. Use an instance either to encrypt or to decrypt;
/// not thread-safe.
/// </summary>
public sealed class QppKeystream
{
    private const int BytesPerDraw = sizeof(ulong);

    private readonly QppPads _pads;
    private Xoshiro256 _generator;
    private ulong _draw;
    private int _used;

    /// <param name="pads">The pads of the process.</param>
    /// <param name="key">The raw password; every stream and direction starts from the same state.</param>
    public QppKeystream(QppPads pads, ReadOnlySpan<byte> key)
    {
        _pads = pads;
        _generator = pads.StartGenerator(key);
        _draw = _generator.Next();
    }

    /// <summary>Encrypts the next bytes of the stream in place.</summary>
    public void Encrypt(Span<byte> data)
    {
        while (!data.IsEmpty)
        {
            Span<byte> part = Next(data, out ReadOnlySpan<byte> pad, _pads.Forward, out ulong mask);
            for (int i = 0; i < part.Length; i++, mask >>= 8)
                part[i] = pad[part[i] ^ (byte)mask];
            data = data[part.Length..];
        }
    }

    /// <summary>Decrypts the next bytes of the stream in place.</summary>
    public void Decrypt(Span<byte> data)
    {
        while (!data.IsEmpty)
        {
            Span<byte> part = Next(data, out ReadOnlySpan<byte> pad, _pads.Inverse, out ulong mask);
            for (int i = 0; i < part.Length; i++, mask >>= 8)
                part[i] = (byte)(pad[part[i]] ^ (byte)mask);
            data = data[part.Length..];
        }
    }

    /// <summary>The bytes that the current draw still serves, with the pad and the mask for them.</summary>
    private Span<byte> Next(
        Span<byte> data, out ReadOnlySpan<byte> pad, ReadOnlySpan<byte> pads, out ulong mask)
    {
        if (_used == BytesPerDraw)
        {
            _draw = _generator.Next();
            _used = 0;
        }

        int index = (int)(_draw & 0xFFFF) % _pads.Count;
        pad = pads.Slice(index * QppPads.PadSize, QppPads.PadSize);
        mask = _draw >> (8 * _used);
        int length = Math.Min(data.Length, BytesPerDraw - _used);
        _used += length;
        return data[..length];
    }
}
