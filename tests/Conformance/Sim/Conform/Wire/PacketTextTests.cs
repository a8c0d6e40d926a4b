using KcpTun.Sim.Conform.Wire;
using static KcpTun.Conformance.Sim.Conform.Wire.Peers;

namespace KcpTun.Conformance.Sim.Conform.Wire;

/// <summary>Packets and bytes as a script writes them.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PacketTextTests
{
    [TestCase("", ExpectedResult = "\"\"")]
    [TestCase("hello", ExpectedResult = "\"hello\"")]
    [TestCase("a\nb\"\\\r", ExpectedResult = "\"a\\nb\\x22\\x5c\\x0d\"")]
    [TestCase("\0\u0001", ExpectedResult = "hex:0001")]
    [TestCase("aaaaaaaaaaaaaaaa", ExpectedResult = "fill(97,16)")]
    public string Bytes_take_the_shortest_form(string text) =>
        PacketText.Format(System.Text.Encoding.Latin1.GetBytes(text));

    [TestCase(8, 0, ExpectedResult = "pat(8)")]
    [TestCase(1000, 12345, ExpectedResult = "pat(1000,12345)")]
    [TestCase(200_000, 32127, ExpectedResult = "pat(200000,32127)")]
    [TestCase(1376, (AppPattern.Period * 100) + 9, ExpectedResult = "pat(1376,9)")]
    public string The_pattern_is_recognised_at_any_offset(int length, long offset)
    {
        byte[] data = new byte[length];
        AppPattern.Fill(data, offset);
        return PacketText.Format(data);
    }

    [Test]
    public void The_pattern_is_the_one_of_the_documentation()
    {
        byte[] data = new byte[300_000];
        AppPattern.Fill(data, 0);
        byte[] documented = [.. Enumerable.Range(0, data.Length).Select(i => (byte)((i * 131) + (i / 251) + 17))];
        data.AsSpan().SequenceEqual(documented).ShouldBeTrue();
        AppPattern.Matches(data.AsSpan(70_000), 70_000).ShouldBeTrue();
        AppPattern.Matches(data.AsSpan(70_000), 70_001).ShouldBeFalse();
        data[100_000] ^= 1;
        AppPattern.CommonLength(data.AsSpan(100), 100).ShouldBe(99_900);
        AppPattern.Find(data).ShouldBe(-1);
    }

    [Test]
    public void Packets_nest_and_join()
    {
        Packet segment = Around("PUSH", [P("SYN", "sid".Is(3)), P("NOP")], "sn".Is(1), "data".Is(new byte[16]));
        PacketText.Format([Around("FEC", [segment, P("ACK", "sn".Is(2))], "seq".Is(9)), P("WINS")]).ShouldBe(
            "FEC seq=9 [PUSH sn=1 [SYN sid=3 + NOP] + ACK sn=2] + WINS");
    }

    [Test]
    public void A_shape_of_groups_is_written_as_two_numbers() =>
        PacketText.Format(P("PARITY", new PacketField("of", FieldValue.OfShape(10, 3)))).ShouldBe("PARITY of=10/3");

    [Test]
    public void Every_word_knows_its_fields()
    {
        foreach (string word in PacketWords.All)
        {
            PacketWords.FieldsOf(word).ShouldNotBeEmpty();
            PacketWords.FieldsOf(word).ShouldBeUnique();
        }

        PacketWords.FieldsOf("HELLO").ShouldBeEmpty();
    }
}
