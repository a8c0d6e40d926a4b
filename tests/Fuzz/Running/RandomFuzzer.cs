using System.Diagnostics;

namespace KcpTun.Fuzz.Running;

/// <summary>How long to fuzz: a number of inputs, or seconds.</summary>
internal sealed record FuzzBudget(long Runs, int Seconds, int Seed);

/// <summary>
/// The fuzzer for machines without afl: changes the inputs of the corpus at random. With instrumented code it keeps
/// what reaches new branches, as afl does.
/// </summary>
internal sealed class RandomFuzzer(FuzzTarget target, FuzzBudget budget, Action<byte[]> onHang)
{
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(10);

    private readonly Mutator _mutator = new(target, new Random(budget.Seed));
    private readonly BranchMap _map = new();
    private readonly List<byte[]> _pool = [[]];

    public long Runs { get; private set; }

    /// <summary>Inputs found that reach something new; the corpus is not among them.</summary>
    public List<byte[]> Kept { get; } = [];

    public int Reached => _map.Reached;

    /// <summary>Runs the corpus and then inputs of its own, up to the first finding.</summary>
    public Finding? Run(IEnumerable<byte[]> corpus)
    {
        using var watchdog = new Watchdog(s_hang, onHang);
        foreach (byte[] input in corpus)
        {
            _pool.Add(input);
            if (Try(input, watchdog) is { } finding)
                return finding;
        }

        var clock = Stopwatch.StartNew();
        while (Runs < budget.Runs && clock.Elapsed.TotalSeconds < budget.Seconds)
        {
            byte[] input = _mutator.Next(_pool);
            if (Try(input, watchdog) is { } finding)
                return finding;
        }

        return null;
    }

    private Finding? Try(byte[] input, Watchdog watchdog)
    {
        watchdog.Begin(input);
        BranchMap.Clear();
        Runs++;
        if (Finding.Of(target, input) is { } finding)
            return finding;
        if (_map.TakeNew() && !_pool.Contains(input))
        {
            _pool.Add(input);
            Kept.Add(input);
        }

        return null;
    }
}
