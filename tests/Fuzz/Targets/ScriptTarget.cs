using System.Text;
using KcpTun.Sim.Conform.Script;

namespace KcpTun.Fuzz.Targets;

/// <summary>Input: a conformance script in UTF-8.</summary>
internal sealed class ScriptTarget : FuzzTarget
{
    private const string File = "case.kpt";

    public override string Name => "script";

    public override string Property =>
        "any script is read or refused with a place in it; what is read has steps and an id, the same every time";

    public override int MaxLength => 4096;

    public override IReadOnlyList<string> Tokens { get; } =
    [
        "id ", "title ", "level MUST", "ref ", "sut server", "layer kcp", "layer smux", "layer udp", "layer fec", "config ",
        "for x in ", "let ", "note ", "until ", "within ", "wait ", "expect ", "feed ", "take ", "bytes", "app ", "open $s",
        "accept $s", "send $s 10", "recv $s 10", "close $s", "< ", "> ", "PUSH", "ACK", "WASK", "WINS", "SYN", "FIN", "PSH",
        "UPD", "NOP", "sid=3", "sn=", "ts=", "una=", "wnd=", "frg=", "len=", "conv=", "*", "$x", "{x}", "..", "0x", "+10ms",
        "@", "(", ")", "[", "]", "\"", "#", "\n", "\n        ",
    ];

    protected override void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        int lines = text.ReplaceLineEndings("\n").Count(c => c == '\n') + 1;
        IReadOnlyList<ConformanceScript> cases;
        try
        {
            cases = ScriptParser.Parse(File, text);
        }
        catch (ScriptException refusal)
        {
            UsableOptions.IsOneLineEach([refusal.Message]);
            FuzzFailure.Unless(
                refusal.File == File && refusal.Line >= 1 && refusal.Line <= lines + 1 && refusal.Column >= 1,
                $"the place does not exist: {refusal.Message}");
            return;
        }

        FuzzFailure.Unless(cases.Count > 0, "a script without a case");
        FuzzFailure.Unless(cases.All(one => one.Steps.Count > 0 && one.Header.Id.Length > 0), "a case without steps or id");
        IReadOnlyList<ConformanceScript> again = ScriptParser.Parse(File, text);
        FuzzFailure.Unless(
            cases.Select(one => one.Header.Id).SequenceEqual(again.Select(one => one.Header.Id)), "other cases this time");
    }
}
