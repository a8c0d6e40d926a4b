using System.Text;
using KcpTun.Conformance.Support;
using KcpTun.Snappy;

namespace KcpTun.Conformance.Snappy;

public sealed class Crc32CTests
{
    private const uint ReversedCastagnoli = 0x82F63B78;

    [Test]
    public void The_check_value_of_the_polynomial() =>
        Crc32C.Compute(Encoding.ASCII.GetBytes("123456789")).ShouldBe(0xE3069283u);

    [Test]
    public void Every_length_and_alignment_agrees_with_the_bitwise_definition()
    {
        // Long ones are folded, in strides of 64 bytes.
        byte[] data = Vectors.Lcg(11, 1000);
        for (int offset = 0; offset < 8; offset++)
        {
            for (int length = 0; length <= 600; length++)
                Crc32C.Compute(data.AsSpan(offset, length)).ShouldBe(Bitwise(data.AsSpan(offset, length)));
        }
    }

    private static uint Bitwise(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * ReversedCastagnoli);
        }

        return ~crc;
    }
}
