using KcpTun.Crypt;
using KcpTun.Fec;
using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Tuning;

/// <summary>What can be said of a path without running anything. Sums and products only.</summary>
internal sealed class PathArithmetic
{
    private readonly PathSpec _path;
    private readonly TunnelOptions _options;

    /// <param name="path">The path.</param>
    /// <param name="options">Give the MTU and the cipher, which decide what a segment carries.</param>
    public PathArithmetic(PathSpec path, TunnelOptions options)
    {
        _path = path;
        _options = options;
    }

    /// <summary>Round-trip time, ms.</summary>
    public double RttMs => (double)(_path.Up.Delay + _path.Down.Delay) / SimTime.Millisecond;

    /// <summary>Mean loss from the client to the server.</summary>
    public double LossUp => LossOf(_path.Up);

    /// <summary>Mean loss from the server to the client.</summary>
    public double LossDown => LossOf(_path.Down);

    /// <summary>Capacity of the faster direction, bytes a second; null if nothing limits it.</summary>
    public double? Capacity
    {
        get
        {
            long[] rates = [RateOf(_path.Up), RateOf(_path.Down)];
            return rates.Contains(0) ? null : rates.Max() / 8.0;
        }
    }

    /// <summary>Segments that fill capacity times round trip; null if nothing limits the capacity.</summary>
    public double? SegmentsInFlight => Capacity * RttMs / 1000 / DatagramBytes;

    /// <summary>The chance that a request and its answer both arrive at the first try.</summary>
    public double BothArrive => (1 - LossUp) * (1 - LossDown);

    /// <summary>A full datagram with its IPv4 and UDP headers, bytes.</summary>
    public int DatagramBytes => _options.Mtu + LinkSpec.HeaderBytes;

    /// <summary>Payload of a full segment, bytes.</summary>
    public int SegmentBytes(bool hasFec)
    {
        (int header, int trailer) = LinkCore.EnvelopeOverhead(CipherCatalog.Resolve(_options.Crypt));
        return _options.Mtu - header - trailer - (hasFec ? FecHeader.Length : 0) - KcpHeader.Length;
    }

    /// <summary>What a window carries at most, bytes a second: all of it once a round trip.</summary>
    public double WindowRate(int segments, bool hasFec) =>
        RttMs <= 0 ? double.PositiveInfinity : segments * SegmentBytes(hasFec) / (RttMs / 1000);

    /// <summary>The chance that both arrive where each is sent that often.</summary>
    public double BothArriveOf(int copies) => (1 - Power(LossUp, copies)) * (1 - Power(LossDown, copies));

    /// <summary>The chance that no more than <paramref name="parity"/> packets of a group are lost.</summary>
    public static double GroupSurvives(int data, int parity, double loss)
    {
        int size = data + parity;
        double sum = 0;
        double ways = 1;
        for (int lost = 0; lost <= parity; lost++)
        {
            sum += ways * Power(loss, lost) * Power(1 - loss, size - lost);
            ways = ways * (size - lost) / (lost + 1);
        }

        return Math.Min(sum, 1);
    }

    /// <summary>Integer powers by multiplication, which rounds alike everywhere.</summary>
    public static double Power(double value, int exponent)
    {
        double product = 1;
        for (int i = 0; i < exponent; i++)
            product *= value;
        return product;
    }

    private static double LossOf(LinkSpec link)
    {
        double arrives = 1 - link.Loss.Value;
        if (link.Burst is { } burst && burst.Worsen.Value + burst.Recover.Value > 0)
        {
            double bad = burst.Worsen.Value / (burst.Worsen.Value + burst.Recover.Value);
            arrives *= 1 - (bad * burst.LossInBad.Value) - ((1 - bad) * burst.LossInGood.Value);
        }

        if (link.Fade is { } fade)
            arrives *= 1 - (fade.Loss.Value * fade.Bad / (fade.Good + fade.Bad));
        return 1 - arrives;
    }

    private static long RateOf(LinkSpec link)
    {
        long rate = link.Rate > 0 ? link.Rate : link.Trace?.MeanRate ?? 0;
        return link.Policer is { } policer && (rate == 0 || policer.Rate < rate) ? policer.Rate : rate;
    }
}
