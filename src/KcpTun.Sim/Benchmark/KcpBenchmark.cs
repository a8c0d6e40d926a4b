using System.Buffers.Binary;
using KcpTun.Kcp;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Benchmark;

/// <summary>One line of the benchmark.</summary>
/// <param name="Name">KCP's own name of the settings.</param>
/// <param name="Profile">nodelay, interval, resend, nc.</param>
/// <param name="AverageMs">Mean round trip that KCP's C code prints, ms.</param>
/// <param name="MaximumMs">Longest one.</param>
public sealed record KcpBenchmarkRow(string Name, KcpProfile Profile, int AverageMs, int MaximumMs);

/// <summary>What our KCP makes of a row.</summary>
/// <param name="AverageMs">Mean round trip over all seeds, ms.</param>
/// <param name="BestAverageMs">The smallest mean of one seed.</param>
/// <param name="WorstAverageMs">The largest mean of one seed.</param>
/// <param name="MaximumMs">Mean over the seeds of the longest one.</param>
/// <param name="WorstMs">The longest one of all.</param>
/// <param name="Timeouts">Segments that left again because their timer ran out, both ends, mean over the seeds.</param>
public sealed record KcpBenchmarkResult(
    KcpBenchmarkRow Row,
    double AverageMs,
    double BestAverageMs,
    double WorstAverageMs,
    double MaximumMs,
    double WorstMs,
    double Timeouts);

/// <summary>
/// KCP's own benchmark (skywind3000/kcp, test.cpp) with our KCP, which follows kcp-go: two bare sessions, windows of
/// 128, an 8-byte message every 20 ms that the other end sends back, 1000 of them.
/// </summary>
public sealed class KcpBenchmark
{
    /// <summary>Name of the preset, and of the path it uses.</summary>
    public const string PresetName = "kcp-benchmark";

    private const int Messages = 1000;
    private const int MessageBytes = 8;
    private const long MessageEvery = 20 * SimTime.Millisecond;

    /// <summary>The three settings, and what test.cpp's author published.</summary>
    public static IReadOnlyList<KcpBenchmarkRow> Rows { get; } =
    [
        new("default", new KcpProfile(0, 10, 0, true), 740, 1507),
        new("normal", new KcpProfile(0, 10, 0, false), 156, 571),
        new("fast", new KcpProfile(1, 10, 2, false), 138, 392),
    ];

    private readonly SimLoop _loop = new();
    private readonly long[] _sentAt = new long[Messages];
    private readonly BareEnd _left;
    private readonly BareEnd _right;
    private long _sum;
    private long _longest;
    private int _sent;
    private int _answered;

    private KcpBenchmark(KcpBenchmarkRow row, PathSpec path, ulong seed)
    {
        var pool = new LinkPacketPool();
        _left = new BareEnd(_loop, row.Profile, pool, OnAnswer);
        _right = new BareEnd(_loop, row.Profile, pool, message => _right!.Send(message));
        _left.Connect(path.Up, PathDirection.Up, seed, _right);
        _right.Connect(path.Down, PathDirection.Down, seed, _left);
    }

    /// <summary>Runs one row under several seeds.</summary>
    /// <param name="path">Usually that of <see cref="PresetName"/>.</param>
    public static KcpBenchmarkResult Run(KcpBenchmarkRow row, PathSpec path, ulong firstSeed, int seeds)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(path);
        long sum = 0;
        long least = long.MaxValue;
        long most = 0;
        long longest = 0;
        long worst = 0;
        long timeouts = 0;
        for (int i = 0; i < seeds; i++)
        {
            var run = new KcpBenchmark(row, path, firstSeed + (ulong)i);
            run.Run();
            sum += run._sum;
            least = Math.Min(least, run._sum);
            most = Math.Max(most, run._sum);
            longest += run._longest;
            worst = Math.Max(worst, run._longest);
            timeouts += run._left.Counters.LostSegs + run._right.Counters.LostSegs;
        }

        return new KcpBenchmarkResult(
            row,
            Milliseconds(sum) / (Messages * seeds),
            Milliseconds(least) / Messages,
            Milliseconds(most) / Messages,
            Milliseconds(longest) / seeds,
            Milliseconds(worst),
            (double)timeouts / seeds);
    }

    private static double Milliseconds(long nanoseconds) => (double)nanoseconds / SimTime.Millisecond;

    private void Run()
    {
        var ticker = new Ticker(this);
        _loop.Schedule(0, ticker);
        bool isDone = _loop.Run(() => _answered == Messages, 600 * SimTime.Second);
        if (!isDone)
            throw new InvalidOperationException($"Only {_answered} of {Messages} messages came back.");
    }

    private void SendNext()
    {
        Span<byte> message = stackalloc byte[MessageBytes];
        BinaryPrimitives.WriteInt64LittleEndian(message, _sent);
        _sentAt[_sent++] = _loop.Now;
        _left.Send(message);
    }

    private void OnAnswer(ReadOnlySpan<byte> message)
    {
        long index = BinaryPrimitives.ReadInt64LittleEndian(message);
        if (index != _answered)
            throw new InvalidOperationException($"Message {index} came back instead of {_answered}.");
        long age = _loop.Now - _sentAt[_answered++];
        _sum += age;
        _longest = Math.Max(_longest, age);
    }

    private sealed class Ticker(KcpBenchmark benchmark) : SimEvent
    {
        protected internal override void Fire(long now)
        {
            benchmark.SendNext();
            if (benchmark._sent < Messages)
                benchmark._loop.Schedule(now + MessageEvery, this);
        }
    }
}
