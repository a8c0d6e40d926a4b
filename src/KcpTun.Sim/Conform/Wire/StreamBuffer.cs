namespace KcpTun.Sim.Conform.Wire;

/// <summary>
/// Bytes of a stream that are not yet a whole frame or chunk. The longest of those bounds what it holds.
/// </summary>
internal sealed class StreamBuffer
{
    private byte[] _bytes = [];
    private int _start;
    private int _end;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(_start, _end - _start);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _end < bytes.Length)
        {
            byte[] grown = new byte[Math.Max(4096, 2 * (Bytes.Length + bytes.Length))];
            Bytes.CopyTo(grown);
            _end -= _start;
            _start = 0;
            _bytes = grown;
        }

        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    public void Consume(int length) => _start += length;
}
