using KcpTun.Sim.Conform.Script;

namespace KcpTun.Sim.Conform.Running;

/// <summary>Variables of a run, and what it knows of itself.</summary>
internal sealed class RunScope(Tester tester) : Scope
{
    private readonly Dictionary<string, long> _counts = [];

    public override long NowMs => tester.Now.Microseconds / 1000;

    /// <summary>An event has come.</summary>
    public void Count(string word) => _counts[word] = _counts.GetValueOrDefault(word) + 1;

    public override long? Call(string function, string argument) => (function, argument) switch
    {
        ("bytes", "in") => tester.BytesIn,
        ("bytes", "out") => tester.BytesOut,
        ("count", _) => _counts.GetValueOrDefault(argument),
        ("counter", _) => tester.Stage.Counter(argument),
        _ => null,
    };
}
