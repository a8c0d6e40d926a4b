using BenchmarkDotNet.Attributes;
using KcpTun.Primitives;

namespace KcpTun.Bench.Micro;

/// <summary>A stream's receive buffer: one smux frame in, one read out.</summary>
[MemoryDiagnoser]
public class ByteQueueBenchmarks
{
    private readonly ByteQueue _queue = new(2 * 1024 * 1024);
    private byte[] _frame = [];

    /// <summary>Bytes of a frame: kcptun's 8 KiB, and a small one.</summary>
    [Params(64, 8192)]
    public int FrameSize { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _frame = new byte[FrameSize];
        // Never empty, so that the queue keeps its memory as it does under load.
        _queue.Write(_frame);
    }

    [Benchmark]
    public int WriteAndRead()
    {
        _queue.Write(_frame);
        return _queue.Read(_frame);
    }
}
