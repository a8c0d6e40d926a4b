using KcpTun.Fec;

namespace KcpTun.Conformance.Fec;

public sealed class FecHeaderTests
{
    [TestCase(0xF0, false)]
    [TestCase(0xF1, true)]
    [TestCase(0xF2, true)]
    [TestCase(0xF3, true)]
    [TestCase(0xF4, false)]
    [TestCase(0x01F1, false)]
    [TestCase(0x0051, false, Description = "a bare KCP packet has its command here")]
    public void Type_tells_a_fec_packet_from_a_bare_one(int type, bool isFec) =>
        FecHeader.IsFec(FecVectors.Packet(7, (ushort)type)).ShouldBe(isFec);

    [Test]
    public void Fields_are_little_endian()
    {
        byte[] packet = [0x04, 0x03, 0x02, 0x01, 0xF1, 0x00];
        FecHeader.ReadSequence(packet).ShouldBe(0x01020304u);
        FecHeader.ReadType(packet).ShouldBe(FecHeader.DataType);
        FecHeader.IsFec(packet).ShouldBeTrue();
        FecHeader.IsFec(packet.AsSpan(0, 5)).ShouldBeFalse();
    }
}
