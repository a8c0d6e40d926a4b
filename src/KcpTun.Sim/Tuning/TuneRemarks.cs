using System.Globalization;
using KcpTun.Sim.Plans;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Tuning;

/// <summary>What else has to be known by who uses the answer.</summary>
internal static class TuneRemarks
{
    /// <summary>A smux frame's header, bytes.</summary>
    private const int FrameHeader = 8;

    public static IEnumerable<string> Of(TuneRequest request, Trial winner)
    {
        Variant variant = winner.Plan.Variants[0];
        PathArithmetic path = new(winner.Plan.Path, variant.Client);
        if (path.Capacity is null)
        {
            yield return "No capacity was given, so nothing but the window limits these settings here. A window larger "
                + "than the line carries floods its queue: if you know the capacity, say it with --rate.";
        }

        if (request.Peer == TunePeer.Ours)
            yield break;
        if (winner.Candidate.HasAuto)
        {
            string direction = variant.Client.Mode == Candidate.AutoMode ? "upload" : "download";
            yield return $"Mode auto decides what its own end sends: the {direction} gains, the other direction is the "
                + "stock mode's. The window of Go's end is the most that mode auto can have on the way.";
        }

        yield return ShortSegments(path, winner.Candidate.Fec, variant.Client);
    }

    private static string ShortSegments(PathArithmetic path, FecShards fec, TunnelOptions options)
    {
        int payload = path.SegmentBytes(fec.IsOn);
        int frame = options.FrameSize + FrameHeader;
        int segments = (frame + payload - 1) / payload;
        double share = (double)frame / (segments * payload);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Go ends each mux frame in a segment of its own, so with frames of {options.FrameSize} bytes a window ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"that is the limit carries {share * 100:0} % of the goodput above when Go's end sends.");
    }
}
