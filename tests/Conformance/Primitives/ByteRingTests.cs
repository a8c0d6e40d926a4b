using KcpTun.Conformance.Support;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Primitives;

public sealed class ByteRingTests
{
    [Test]
    public void Keeps_order_across_growth_and_wrap()
    {
        byte[] data = Vectors.Lcg(7, 300_000);
        var ring = new ByteRing(65536);
        byte[] output = new byte[data.Length];
        int written = 0, read = 0, step = 1;
        while (read < data.Length)
        {
            written += ring.Write(data.AsSpan(written, Math.Min(data.Length - written, (step * 7919) % 9000)));
            read += ring.Read(output.AsSpan(read, Math.Min(data.Length - read, (step * 104729) % 7000)));
            step++;
        }

        output.ShouldBe(data);
        ring.Count.ShouldBe(0);
    }

    [Test]
    public void Takes_no_more_than_its_limit()
    {
        var ring = new ByteRing(5000);
        ring.Write(new byte[4000]).ShouldBe(4000);
        ring.Write(new byte[4000]).ShouldBe(1000);
        ring.Free.ShouldBe(0);
    }
}
