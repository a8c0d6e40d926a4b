using BenchmarkDotNet.Attributes;
using KcpTun.Snappy;

namespace KcpTun.Bench.Micro;

/// <summary>One smux frame through the compressed stream and back.</summary>
[MemoryDiagnoser]
public class SnappyBenchmarks
{
    private readonly SnappyFrameWriter _writer = new();
    private readonly SnappyFrameReader _reader = new();
    private byte[] _frame = [];
    private byte[] _encoded = [];

    [Params(64, 8192)]
    public int Size { get; set; }

    /// <summary>Text compresses; what is encrypted already does not.</summary>
    [Params(true, false)]
    public bool IsText { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _frame = new byte[Size];
        uint state = 1;
        for (int i = 0; i < Size; i++)
        {
            state = (state * 1664525) + 1013904223;
            _frame[i] = IsText ? "the quick brown fox jumps over the lazy dog "u8[i % 44] : (byte)(state >> 24);
        }

        _encoded = new byte[SnappyFrameWriter.MaxEncodedLength(Size)];
    }

    [Benchmark]
    public int WriteAndRead()
    {
        ReadOnlySpan<byte> input = _encoded.AsSpan(0, _writer.Write(_frame, _encoded));
        int read = 0;
        while (!input.IsEmpty && _reader.Read(ref input, out ReadOnlySpan<byte> output) == SnappyResult.Chunk)
            read += output.Length;
        return read;
    }
}
