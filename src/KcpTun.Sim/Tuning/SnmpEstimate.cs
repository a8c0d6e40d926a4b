using System.Globalization;
using KcpTun.Sim.Links;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Tuning;

/// <summary>What counters say about a path.</summary>
/// <param name="Settings">Settings of the path, as its options have them.</param>
/// <param name="Reasons">With which arithmetic, and how sure, one sentence each.</param>
internal sealed record SnmpEstimate(
    IReadOnlyList<KeyValuePair<string, string>> Settings, IReadOnlyList<string> Reasons)
{
    /// <summary>Payload of a full segment without FEC, at the default MTU (PROTOCOL a.2, c.1), bytes.</summary>
    private const int Payload = 1350 - 20 - 24;

    /// <summary>Datagrams under way when the records were written make no more than this share of loss.</summary>
    private const double Slack = 0.02;

    private const double TwoSided95 = 1.96;

    /// <summary>From the logs of both ends: what one sent and the other did not get is lost.</summary>
    /// <param name="error">One line, or null.</param>
    public static SnmpEstimate? OfBoth(SnmpLog client, SnmpLog server, out string? error)
    {
        long begin = Math.Max(client.Begin, server.Begin);
        long end = Math.Min(client.End, server.End);
        if (client.Between(begin, end) is not { } near || server.Between(begin, end) is not { } far)
        {
            error = "the two logs have no two records of the same time";
            return null;
        }

        string? up = Loss("up", near["OutPkts"], far["InPkts"], out string upReason, out error);
        string downReason = "";
        string? down = up is null ? null : Loss("down", far["OutPkts"], near["InPkts"], out downReason, out error);
        return down is null ? null : new SnmpEstimate(
            [new("loss", $"up={up},down={down}")], [upReason, downReason, Rate(client, server)]);
    }

    /// <summary>From the log of one end.</summary>
    /// <param name="log">The log.</param>
    /// <param name="fec">Shards at the time.</param>
    /// <param name="error">One line, or null.</param>
    public static SnmpEstimate? OfOne(SnmpLog log, FecShards fec, out string? error)
    {
        SnmpSpan span = log.Whole();
        (double Loss, string Reason)? found = span["FECParityShards"] > 0 && fec.IsOn
            ? ByGroups(span, fec, out error)
            : ByRepairs(span, out error);
        if (found is not { } estimate)
            return null;
        string both = "The other direction is not in this log; the same is assumed. The log of the peer would tell: "
            + "give both, the client's first.";
        return new SnmpEstimate([new("loss", Percent(estimate.Loss))], [estimate.Reason, both, Rate(log)]);
    }

    private static string? Loss(string direction, long sent, long got, out string reason, out string? error)
    {
        double loss = sent == 0 ? 0 : 1 - ((double)got / sent);
        error = sent == 0 ? $"nothing was sent {direction} while both logs were written"
            : loss < -Slack ? Line($"{got} datagrams arrived of {sent} that were sent {direction}: the logs do not ")
                + "belong together, or an end has other peers, too"
            : null;
        loss = Math.Max(0, loss);
        double half = sent == 0 ? 0 : TwoSided95 * Math.Sqrt(loss * (1 - loss) / sent);
        reason = Line($"loss {direction} {loss * 100:0.00} ±{half * 100:0.00} %: 1 − {got} received / {sent} sent. ")
            + "Exact but for what was under way.";
        return error is null ? Percent(loss) : null;
    }

    /// <summary>
    /// A peer sends P parity packets for every D data packets. The share of groups of which all D arrive is (1-p)^D,
    /// parity arrives with 1-p: so full groups times P over parity received is (1-p)^(D-1).
    /// </summary>
    private static (double Loss, string Reason)? ByGroups(SnmpSpan span, FecShards fec, out string? error)
    {
        long full = span["FECFullShards"];
        long parity = span["FECParityShards"];
        error = !span.Has("FECFullShards")
            ? "this log has no FECFullShards (release 20210922 writes none): give the logs of both ends"
            : fec.Data < 2 ? $"--snmp-fec {fec}: groups of one packet say nothing; give the logs of both ends"
            : full == 0 ? "no FEC group arrived whole, so that the loss cannot be told: give the logs of both ends"
            : null;
        if (error is not null)
            return null;
        double share = Math.Min(1, (double)full * fec.Parity / parity);
        double arrives = Root(share, fec.Data - 1);
        double groups = parity / (fec.Parity * arrives);
        double whole = Math.Min(1, full / groups);
        double half = TwoSided95 * Math.Sqrt(whole * (1 - whole) / groups)
            / (fec.Data * PathArithmetic.Power(arrives, fec.Data - 1));
        string reason = Line($"loss {(1 - arrives) * 100:0.00} ±{half * 100:0.00} % of what arrives here: {full} ")
            + Line($"whole FEC groups × {fec.Parity} / {parity} parity packets = {share:0.0000} = ")
            + Line($"(1 − p)^{fec.Data - 1}. Right if the peer really sends FEC {fec} (--snmp-fec) with parity for ")
            + "every group, and packets do not overtake each other; reordering makes it too large.";
        return (1 - arrives, reason);
    }

    /// <summary>
    /// Each of N segments arrives at least once; N + R transmissions were needed: so (1-p)(N+R) is at least N.
    /// </summary>
    private static (double Loss, string Reason)? ByRepairs(SnmpSpan span, out string? error)
    {
        long repairs = span["RetransSegs"];
        long segments = span["BytesSent"] / Payload;
        error = segments == 0 ? "nothing was sent between the records, so that nothing can be told"
            : span["FECRecovered"] > 0 ? "FEC was at work, but no parity is counted: give the logs of both ends" : null;
        if (error is not null)
            return null;
        double most = (double)repairs / (segments + repairs);
        string reason = Line($"loss at most {most * 100:0.00} % of what leaves here: {segments} segments of ")
            + Line($"{Payload} bytes needed {repairs} retransmissions, and each arrived at least once: ")
            + "p ≤ R / (N + R). Stock modes retransmit much that was not lost, and small messages make more segments "
            + "than counted, so that the loss may be far less.";
        return (most, reason);
    }

    private static string Rate(params SnmpLog[] logs)
    {
        double most = logs.Max(log => log.PeakRate(LinkSpec.HeaderBytes));
        return Line($"The largest period sent {most / 1e6:0.00} Mbit/s: the capacity is at least that. --rate is not ")
            + "set from it.";
    }

    /// <summary>The number whose power it is, by bisection.</summary>
    private static double Root(double value, int exponent)
    {
        const int Steps = 60;
        double low = 0;
        double high = 1;
        for (int i = 0; i < Steps; i++)
        {
            double middle = (low + high) / 2;
            if (PathArithmetic.Power(middle, exponent) < value)
                low = middle;
            else
                high = middle;
        }

        return high;
    }

    private static string Percent(double share) => Line($"{share * 100:0.##}");

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
