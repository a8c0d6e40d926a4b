using BenchmarkDotNet.Attributes;
using KcpTun.Fec;
using KcpTun.Primitives;

namespace KcpTun.Bench.Micro;

/// <summary>Forward error correction by shape; a whole group each time.</summary>
[MemoryDiagnoser]
public class FecBenchmarks
{
    private const int PacketLength = 1330;

    private readonly PacketPool _pool = new(new MemoryBudget(64 * 1024 * 1024));
    private readonly List<byte[]> _groups = [];
    private FecEncoder _encoder = null!;
    private FecDecoder _decoder = null!;
    private byte[] _packet = [];
    private byte[] _parity = [];
    private int _next;

    /// <summary>Data and parity shards.</summary>
    [Params("10/3", "3/1", "20/10", "70/30")]
    public string Shape { get; set; } = "";

    private (int Data, int Parity) Shards => (int.Parse(Shape.Split('/')[0]), int.Parse(Shape.Split('/')[1]));

    [GlobalSetup]
    public void Prepare()
    {
        (int data, int parity) = Shards;
        _encoder = new FecEncoder(data, parity, FecHeader.MaxPacketLength);
        _decoder = new FecDecoder(data, parity, new SnmpCounters(), _pool);
        _packet = new byte[PacketLength];
        _parity = new byte[FecHeader.MaxPacketLength];
        // Enough groups that one is forgotten before it comes again.
        for (int i = 0; i < 64 * data; i++)
        {
            int parities = _encoder.Encode(_packet, Instant.FromMilliseconds(i));
            _groups.Add((byte[])_packet.Clone());
            for (int k = 0; k < parities; k++)
                _groups.Add(_parity[.._encoder.WriteParity(k, _parity)]);
        }
    }

    [Benchmark]
    public int EncodeGroup()
    {
        int parities = 0;
        for (int i = 0; i < Shards.Data; i++)
            parities = _encoder.Encode(_packet, Instant.Zero);
        for (int k = 0; k < parities; k++)
            _encoder.WriteParity(k, _parity);
        return parities;
    }

    /// <summary>The first packet of every group is lost and comes back from parity.</summary>
    [Benchmark]
    public int DecodeGroupWithLoss()
    {
        int recovered = 0;
        (int data, int parity) = Shards;
        for (int i = 0; i < data + parity; i++)
        {
            if (_next % (data + parity) != 0)
                recovered += _decoder.Decode(_groups[_next]);
            _next = (_next + 1) % _groups.Count;
        }

        return recovered;
    }
}
