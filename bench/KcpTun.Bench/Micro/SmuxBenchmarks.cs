using BenchmarkDotNet.Attributes;
using KcpTun.Primitives;
using KcpTun.Smux;

namespace KcpTun.Bench.Micro;

/// <summary>Two ends of smux: one frame of one of many streams; the cost is not to depend on how many.</summary>
[MemoryDiagnoser]
public class SmuxBenchmarks : ISmuxHandler, ISmuxSource
{
    private readonly List<uint> _streams = [];
    private byte[] _frame = [];
    private SmuxSession _client = null!;
    private SmuxSession _server = null!;
    private int _next;

    [Params(1, 100, 10_000)]
    public int Streams { get; set; }

    /// <summary>Bytes of a frame's payload: a keystroke, and kcptun's default frame.</summary>
    [Params(64, 8192)]
    public int Payload { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var options = new SmuxOptions { Version = 2, MaxStreams = 20_000 };
        _client = new SmuxSession(options, SmuxRole.Client, Instant.Zero);
        _server = new SmuxSession(options, SmuxRole.Server, Instant.Zero);
        _frame = new byte[64 * 1024];
        for (int i = 0; i < Streams; i++)
        {
            _client.TryOpen(out uint streamId);
            _streams.Add(streamId);
        }

        Exchange(_client, _server);
    }

    [Benchmark]
    public void OneFrame()
    {
        uint streamId = _streams[_next];
        _next = (_next + 1) % _streams.Count;
        _client.Offer(streamId, Payload);
        Exchange(_client, _server);
        _server.Consumed(streamId, Payload);
        Exchange(_server, _client);
    }

    void ISmuxHandler.OnOpened(uint streamId)
    {
    }

    void ISmuxHandler.OnData(uint streamId, ReadOnlySpan<byte> data)
    {
    }

    void ISmuxHandler.OnEndOfStream(uint streamId)
    {
    }

    int ISmuxSource.Read(uint streamId, Span<byte> destination) => destination.Length;

    private void Exchange(SmuxSession from, SmuxSession to)
    {
        while (from.HasOutput)
        {
            int length = from.NextFrame(_frame, this);
            if (length == 0)
                return;
            to.Input(_frame.AsSpan(0, length), Instant.Zero, this);
        }
    }
}
