using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Kcp;

namespace KcpTun.Conformance.Kcp;

public sealed class KcpHeaderTests
{
    [Test]
    public void Segments_read_and_write_as_in_the_reference()
    {
        JsonElement segments = Vectors.Load("segments.json").GetProperty("segments");
        segments.GetArrayLength().ShouldBeGreaterThan(0);
        foreach (JsonElement segment in segments.EnumerateArray())
        {
            byte[] bytes = segment.GetProperty("bytes").GetBytesFromBase64();
            byte[] data = segment.GetProperty("data").GetBytesFromBase64();
            var header = new KcpHeader(
                segment.GetProperty("conv").GetUInt32(),
                segment.GetProperty("cmd").GetByte(),
                segment.GetProperty("frg").GetByte(),
                segment.GetProperty("wnd").GetUInt16(),
                segment.GetProperty("ts").GetUInt32(),
                segment.GetProperty("sn").GetUInt32(),
                segment.GetProperty("una").GetUInt32(),
                (uint)data.Length);

            KcpHeader.Read(bytes).ShouldBe(header);
            KcpHeader.ReadConversation(bytes).ShouldBe(header.Conversation);
            KcpHeader.ReadSequenceNumber(bytes).ShouldBe(header.SequenceNumber);
            byte[] written = new byte[KcpHeader.Length];
            header.Write(written);
            written.Concat(data).ShouldBe(bytes);
            KcpHeader.IsKnownCommand(header.Command).ShouldBeTrue();
        }
    }

    [TestCase(80)]
    [TestCase(85)]
    [TestCase(0)]
    public void Other_commands_are_unknown(int command) => KcpHeader.IsKnownCommand((byte)command).ShouldBeFalse();
}
