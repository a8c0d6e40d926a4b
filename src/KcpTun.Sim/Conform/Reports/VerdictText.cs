using KcpTun.Sim.Conform.Running;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Reports;

/// <summary>Names as reports write them.</summary>
internal static class VerdictText
{
    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "PASS",
        Verdict.NonStrict => "NON-STRICT",
        Verdict.Info => "INFO",
        Verdict.Unsupported => "UNSUPPORTED",
        Verdict.Flaky => "FLAKY",
        Verdict.Fail => "FAIL",
        _ => "ERROR",
    };

    public static string Of(CaseLevel level) => level switch
    {
        CaseLevel.Must => "MUST",
        CaseLevel.Should => "SHOULD",
        CaseLevel.Quirk => "QUIRK",
        _ => "INFO",
    };

    public static string Of(WireLayer layer) => layer switch
    {
        WireLayer.Datagram => "datagram",
        WireLayer.Kcp => "kcp",
        WireLayer.Snappy => "snappy",
        _ => "smux",
    };
}
