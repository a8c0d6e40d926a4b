namespace KcpTun.Primitives;

/// <summary>
/// A process-wide limit on the memory that peers can make us hold (packet slabs, stream buffers).
/// Thread-safe; a refusal is counted, and the caller drops what it wanted to keep.
/// </summary>
public sealed class MemoryBudget(long limitBytes)
{
    private long _used;
    private long _refusals;

    /// <summary>Default limit: 1 GiB.</summary>
    public const long DefaultLimitBytes = 1L << 30;

    public long LimitBytes => limitBytes;

    public long UsedBytes => Interlocked.Read(ref _used);

    /// <summary>How often a reservation did not fit.</summary>
    public long Refusals => Interlocked.Read(ref _refusals);

    /// <summary>Takes <paramref name="bytes"/> from the budget, or returns false and takes nothing.</summary>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limitBytes)
            return true;
        Interlocked.Add(ref _used, -bytes);
        Interlocked.Increment(ref _refusals);
        return false;
    }

    /// <summary>
    /// Counts bytes that are already held and cannot be refused any more; the holder stops taking more while
    /// <see cref="IsExhausted"/>.
    /// </summary>
    public void Add(long bytes) => Interlocked.Add(ref _used, bytes);

    public bool IsExhausted => UsedBytes >= limitBytes;

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);
}
