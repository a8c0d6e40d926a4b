using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;
using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Conformance.Sim.Conform.Script;

/// <summary>The language of conformance scripts: what is accepted, and where complaints point.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ScriptParserTests
{
    private const string Header = "id kcp/1/1\ntitle t\nlevel MUST\nref r\nsut server\n";

    private static ConformanceScript Parse(string body, string header = Header) =>
        ScriptParser.Parse("a.kpt", header + body).ShouldHaveSingleItem();

    private static IEnumerable<TestCaseData> Malformed()
    {
        yield return Line("< PUSH snn=0", 8, "fields");
        yield return Line("< Push sn=0", 3, "expected a packet");
        yield return Line("< PUSH sn=0 sn=1", 13, "twice");
        yield return Line("< PUSH sn", 10, "'='");
        yield return Line("< PUSH sn=", 11, "number");
        yield return Line("< PUSH sn=4294967296", 11, "up to 4294967295");
        yield return Line("< PUSH data=\"open", 18, "quotation mark");
        yield return Line("< PUSH data=hex:012", 20, "even number");
        yield return Line("< PUSH data=\"\\q\"", 16, "\\n");
        yield return Line("< ACK sn=0 [SYN] [SYN]", 23, "did not expect");
        yield return Line("< SYN [NOP]", 7, "carries no packets");
        yield return Line("< {crc=good} PUSH", 4, "crc=bad");
        yield return Line("< {flip=70000} PUSH", 9, "65535");
        yield return Line("> {crc=bad} PUSH", 4, "size or to");
        yield return Line("+5..2 > ACK", 7, "ends before it begins");
        yield return Line("+5..9 < ACK", 1, "only an expectation");
        yield return Line("> ACK wobble", 7, "fields");
        yield return Line("! loud 5", 3, "'no'");
        yield return Line("! no ACK", 9, "'for'");
        yield return Line("! quiet x", 9, "duration");
        yield return Line("dance", 1, "expected <");
        yield return Line("app dance $s", 5, "expected one of");
        yield return Line("app send s", 10, "'$'");
        yield return Line("let $x 5", 8, "'='");
        yield return Line("assert 1 +", 11, "number");
        yield return Line("assert (1", 10, "')'");
        yield return Line("end", 1, "nothing is open");
        yield return Line("repeat 2", 9, "'end' is missing");
        yield return Line("{\n< ACK\n}", 1, "only lines with >", line: 7);
        yield return Line("lost PARITY of=0/3", 16, "1 or more");
        yield return Line($"assert {new string('(', 60)}", 33, "too deep");

        static TestCaseData Line(string body, int column, string complaint, int line = 6) =>
            new TestCaseData(body, line, column, complaint).SetArgDisplayNames(body[..Math.Min(24, body.Length)]);
    }

    [TestCaseSource(nameof(Malformed))]
    public void A_malformed_line_is_an_error_with_file_line_and_column(
        string body, int line, int column, string complaint)
    {
        ScriptException error = Should.Throw<ScriptException>(() => Parse(body));
        error.Message.ShouldStartWith($"a.kpt:{line}:");
        error.Message.ShouldContain(complaint);
        error.Column.ShouldBe(column, error.Message);
    }

    [TestCase("id kcp\n", "an id is layer/section/number")]
    [TestCase("id kcp/1/1\nid kcp/1/2\n", "twice")]
    [TestCase("title t\nlevel MUST\nref r\nsut server\n> ACK\n", "has no id")]
    [TestCase("id kcp/1/1\ntitle t\nlevel MAY\n", "MUST, SHOULD, QUIRK, INFO")]
    [TestCase("id kcp/1/1\nsut peer\n", "server, client, either")]
    [TestCase("id kcp/1/1\nconfig crypt\n", "name=value")]
    [TestCase("id kcp/1/1\nlink loss=120\n", "loss")]
    [TestCase("id kcp/1/1\nlayer tcp\n", "datagram, kcp, snappy, smux")]
    [TestCase("id kcp/1/1\ntitle t\nlevel MUST\nref r\nsut server\n", "does nothing")]
    [TestCase("for x in\nid kcp/1/1\n", "1 to 100 values")]
    public void A_malformed_header_is_an_error(string text, string complaint) =>
        Should.Throw<ScriptException>(() => ScriptParser.Parse("a.kpt", text)).Message.ShouldContain(complaint);

    [Test]
    public void Each_value_of_for_and_each_part_of_the_subject_is_a_case()
    {
        const string text = """
            for cipher in aes xor
            id    crypt/1/1
            title {cipher} works
            level MUST
            ref   r
            sut   either
            config crypt={cipher}
            > ACK
            """;
        IReadOnlyList<ConformanceScript> cases = ScriptParser.Parse("a.kpt", text);
        cases.Select(one => one.Header.Id).ShouldBe(
            ["crypt/1/1/server/aes", "crypt/1/1/client/aes", "crypt/1/1/server/xor", "crypt/1/1/client/xor"]);
        cases.Select(one => one.Header.Config["crypt"]).ShouldBe(["aes", "aes", "xor", "xor"]);
        cases[1].Header.Role.ShouldBe(SubjectRole.Client);
        cases[2].Header.Title.ShouldBe("xor works");
    }

    [Test]
    public void Times_are_milliseconds_unless_they_have_a_unit()
    {
        ConformanceScript script = Parse("+20..1.5s > ACK # remark\n+200us < ACK\nwait 3\n");
        script.Steps.Select(step => step.Time).ShouldBe(
            [new StepTime(20_000, 1_500_000), new StepTime(200, 200), null]);
        script.Steps[2].ShouldBeOfType<WaitStep>().Duration.ShouldBe(3_000);
    }

    [Test]
    public void A_packet_has_fields_of_numbers_ranges_bytes_and_packets_inside()
    {
        ConformanceScript script = Parse(
            "> {size<=1350 to=2} FEC seq=0x10 [PUSH sn=3..5 una=>=2 data=\"a\\x00\\n\" + ACK ts=$t wnd=(2*$n+1)]");
        ExpectStep step = script.Steps.ShouldHaveSingleItem().ShouldBeOfType<ExpectStep>();
        PacketPattern fec = step.Packets.Packets.ShouldHaveSingleItem();
        fec.Word.ShouldBe("FEC");
        fec.Inner.Select(inner => inner.Word).ShouldBe(["PUSH", "ACK"]);

        TestScope scope = new();
        scope.Set("n", 3);
        PacketField[] push = [Field("sn", 4), Field("una", 2), new("data", FieldValue.Of("a\0\n"u8.ToArray()))];
        PacketField[] ack = [Field("ts", 99), Field("wnd", 7)];
        Packet actual = new("FEC", [Field("seq", 16)], [new Packet("PUSH", push, []), new Packet("ACK", ack, [])]);
        step.Packets.Accepts(new WireEvent(default, [actual], 1350, 2), scope).ShouldBeTrue();
        step.Packets.Accepts(new WireEvent(default, [actual], 1351, 2), scope).ShouldBeFalse();
        step.Packets.Bind(new WireEvent(default, [actual], 1350, 2), scope);
        scope.Find("t").ShouldBe(99);

        static PacketField Field(string name, long value) => new(name, FieldValue.Of(value));
    }

    [TestCase("1 + 2 * 3", 7)]
    [TestCase("(1 + 2) * 3", 9)]
    [TestCase("10 - 2 - 3", 5)]
    [TestCase("7 / 2 + 7 % 4", 6)]
    [TestCase("1 < 2 && 2 <= 2 && 3 != 4 && !(1 == 2)", 1)]
    [TestCase("0 || 2 > 3", 0)]
    [TestCase("diff(2, 4294967295)", 3)]
    [TestCase("-5 + 2", -3)]
    [TestCase("0x10", 16)]
    public void Expressions_follow_the_usual_precedence(string text, long value)
    {
        ConformanceScript script = Parse($"assert {text}");
        script.Steps[0].ShouldBeOfType<AssertStep>().Condition.Evaluate(new TestScope()).ShouldBe(value);
    }

    [Test]
    public void A_division_by_zero_ends_the_run_and_not_the_program() =>
        Should.Throw<ScriptRunException>(() => Parse("assert 1 / 0").Steps[0]
            .ShouldBeOfType<AssertStep>().Condition.Evaluate(new TestScope()));

    private sealed class TestScope : Scope
    {
        public override long NowMs => 0;

        public override long? Call(string function, string argument) => null;
    }
}
