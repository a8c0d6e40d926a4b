namespace KcpTun.Fuzz;

/// <summary>
/// Reads choices and data off a fuzzer's bytes. It never runs dry: what is missing is zero, so that every input means
/// something and a shortened one means nearly the same.
/// </summary>
internal ref struct FuzzInput(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public byte Byte()
    {
        if (_rest.IsEmpty)
            return 0;
        byte value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public bool Bit() => (Byte() & 1) != 0;

    public ushort UInt16() => (ushort)(Byte() | (Byte() << 8));

    public uint UInt32() => UInt16() | ((uint)UInt16() << 16);

    /// <summary>A number from 0 to less than <paramref name="limit"/>, which is at most 256.</summary>
    public int Below(int limit) => Byte() % limit;

    /// <summary>The next bytes, at most <paramref name="length"/>.</summary>
    public ReadOnlySpan<byte> Take(int length)
    {
        ReadOnlySpan<byte> taken = _rest[..Math.Min(length, _rest.Length)];
        _rest = _rest[taken.Length..];
        return taken;
    }

    /// <summary>A length in one byte, or after 255 in two more, and so many bytes.</summary>
    public ReadOnlySpan<byte> Block()
    {
        int length = Byte();
        return Take(length == byte.MaxValue ? UInt16() : length);
    }

    public ReadOnlySpan<byte> Rest() => Take(_rest.Length);
}
