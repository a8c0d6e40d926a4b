using BenchmarkDotNet.Attributes;
using KcpTun.Primitives;

namespace KcpTun.Bench.Micro;

/// <summary>The memory of a flush: a window of packets rented, then returned.</summary>
[MemoryDiagnoser]
public class PacketPoolBenchmarks
{
    private const int Window = 128;

    private readonly PacketSlot[] _slots = new PacketSlot[Window];
    private readonly PacketPool _pool = new(new MemoryBudget(16 * 1024 * 1024));

    [Benchmark(OperationsPerInvoke = Window)]
    public void RentAndReturn()
    {
        for (int i = 0; i < Window; i++)
            _pool.TryRent(out _slots[i]);
        foreach (PacketSlot slot in _slots)
            _pool.Return(slot);
    }
}
