using System.Buffers.Binary;
using KcpTun.Conformance.Fec;
using KcpTun.Fec;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Conformance.Sim.Formulas;

/// <summary>
/// Data packets that neither arrive nor are rebuilt: lost themselves, and at least as many others of their group as it
/// has parity.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed class FecResidualLossTests
{
    [TestCase(10, 3, 10, 40_000)]
    [TestCase(10, 3, 20, 20_000)]
    [TestCase(10, 3, 30, 20_000)]
    [TestCase(10, 1, 5, 40_000)]
    [TestCase(5, 5, 30, 40_000)]
    [TestCase(20, 10, 30, 20_000)]
    [TestCase(2, 1, 10, 80_000)]
    public void Is_that_of_the_binomial_formula(int data, int parity, int percent, int groups)
    {
        double expected = Expected(data, parity, percent / 100.0);
        double measured = Measure(data, parity, percent, groups);
        TestContext.Out.WriteLine($"| {data}/{parity} | {percent} % | {100 * expected:F3} % | {100 * measured:F3} % |");
        (measured / expected).ShouldBeInRange(0.95, 1.05, $"{measured:F6}, expected {expected:F6}");
    }

    /// <summary>q · P(at least <paramref name="parity"/> of the other d + p − 1 are lost).</summary>
    private static double Expected(int data, int parity, double q)
    {
        int others = data + parity - 1;
        double fewer = 0;
        for (int lost = 0; lost < parity; lost++)
            fewer += Choose(others, lost) * Math.Pow(q, lost) * Math.Pow(1 - q, others - lost);
        return q * (1 - fewer);
    }

    private static double Choose(int n, int k) =>
        Enumerable.Range(1, k).Aggregate(1.0, (product, i) => product * (n - k + i) / i);

    private static double Measure(int data, int parity, int percent, int groups)
    {
        const int Length = 40;
        bool[] known = new bool[groups * data];
        var decoder = new FecDecoder(data, parity, new SnmpCounters(), FecVectors.NewPool());
        var encoder = new FecEncoder(data, parity, FecVectors.MaxPacketLength);
        var wire = new Wire(percent, (ulong)((1000 * data) + percent), packet =>
        {
            if (FecHeader.ReadType(packet) == FecHeader.DataType)
                known[BinaryPrimitives.ReadInt32LittleEndian(packet.AsSpan(FecHeader.Length))] = true;
            decoder.Decode(packet);
            for (int i = 0; i < decoder.RecoveredCount; i++)
                known[BinaryPrimitives.ReadInt32LittleEndian(decoder.Recovered(i))] = true;
        });
        byte[] buffer = new byte[Length];
        byte[] shard = new byte[FecVectors.MaxPacketLength];
        for (int i = 0; i < known.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(FecHeader.Length), i);
            int due = encoder.Encode(buffer, Instant.Zero);
            wire.Send(buffer);
            for (int k = 0; k < due; k++)
                wire.Send(shard.AsSpan(0, encoder.WriteParity(k, shard)));
        }

        return known.Count(isKnown => !isKnown) / (double)known.Length;
    }

    /// <summary>A direction with nothing but random loss, which delivers at once.</summary>
    private sealed class Wire : ILinkSink
    {
        private readonly LinkPacketPool _pool = new();
        private readonly LinkDirection _link;
        private readonly Action<byte[]> _arrived;

        public Wire(int percent, ulong seed, Action<byte[]> arrived)
        {
            var spec = new LinkSpec { Loss = Probability.FromPercent(percent) };
            _link = new LinkDirection(spec, PathDirection.Down, seed, _pool, this);
            _arrived = arrived;
        }

        public void Send(ReadOnlySpan<byte> packet)
        {
            LinkPacket datagram = _pool.Rent();
            datagram.Length = packet.Length;
            packet.CopyTo(datagram.Buffer);
            _link.Send(datagram, 0);
            _link.Advance(0);
        }

        public void Deliver(LinkPacket packet, long now)
        {
            byte[] content = packet.Datagram.ToArray();
            _pool.Return(packet);
            _arrived(content);
        }

        public void Drop(LinkPacket packet, DropReason reason, long now) => _pool.Return(packet);
    }
}
