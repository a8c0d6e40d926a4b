using BenchmarkDotNet.Attributes;
using KcpTun.Crypt;
using KcpTun.IO;
using KcpTun.Primitives;

namespace KcpTun.Bench.Micro;

/// <summary>The envelope by cipher, datagram size and batch; per datagram.</summary>
[MemoryDiagnoser]
public class EnvelopeBenchmarks
{
    private readonly IEntropy _entropy = new SystemNetwork().CreateEntropy();
    private Envelope _envelope = null!;
    private byte[] _sealed = [];
    private byte[] _buffer = [];
    private Slice[] _slices = [];
    private OpenResult[] _results = [];

    [ParamsAllValues]
    public CipherKind Cipher { get; set; }

    /// <summary>Bytes of a datagram: a full one, and an acknowledgement.</summary>
    [Params(1350, 64)]
    public int Size { get; set; }

    /// <summary>Datagrams sealed or opened at once.</summary>
    [Params(1, 8, 64)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _envelope = Envelope.Create(Cipher, KeyDerivation.DerivePass("benchmark"));
        _buffer = new byte[Batch * DatagramBatch.SlotSize];
        _slices = [.. Enumerable.Range(0, Batch).Select(i => new Slice(i * DatagramBatch.SlotSize, Size))];
        _results = new OpenResult[Batch];
        _envelope.Seal(_buffer, _slices, _entropy);
        _sealed = (byte[])_buffer.Clone();
    }

    [Benchmark]
    public void Seal() => _envelope.Seal(_buffer, _slices, _entropy);

    /// <summary>Opening works in place, so that the datagrams have to be put back each time: see the copy alone.</summary>
    [Benchmark]
    public bool CopyAndOpen()
    {
        _sealed.CopyTo(_buffer, 0);
        _envelope.Open(_buffer, _slices, _results);
        return _results[0].Status == OpenStatus.Ok;
    }

    [Benchmark(Baseline = true)]
    public void Copy() => _sealed.CopyTo(_buffer, 0);
}
