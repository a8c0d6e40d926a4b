using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Conformance.Sim.Links;

/// <summary>One direction under test: sends, and notes what becomes of it.</summary>
internal sealed class LinkRun : ILinkSink
{
    private readonly LinkDirection _link;
    private long _last;

    /// <param name="settings">As <c>loss=30 rate=1mbit</c>; an <c>at</c> has underscores for its spaces.</param>
    public LinkRun(string settings, ulong seed = 1, PathDirection direction = PathDirection.Up)
        : this(Parse(settings)[direction], seed, direction)
    {
    }

    public LinkRun(LinkSpec spec, ulong seed = 1, PathDirection direction = PathDirection.Up) =>
        _link = new LinkDirection(spec, direction, seed, Pool, this);

    public LinkPacketPool Pool { get; } = new();

    public List<Arrival> Arrivals { get; } = [];

    public List<Loss> Losses { get; } = [];

    /// <summary>Keeps what has arrived, instead of returning it to the pool.</summary>
    public Action<LinkPacket>? OnArrival { get; init; }

    public LinkDirection Link => _link;

    public static PathSpec Parse(string settings)
    {
        PathSpec.TryParse(Settings(settings), out PathSpec? path, out string? error).ShouldBeTrue(error);
        return path!;
    }

    public static KeyValuePair<string, string>[] Settings(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word =>
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            return new KeyValuePair<string, string>(word[..equals], word[(equals + 1)..].Replace('_', ' '));
        })];

    /// <summary>Sends one datagram; times are in ms, so that tests read well.</summary>
    public LinkRun Send(decimal at, int size = 1000, int count = 1)
    {
        long now = (long)(at * SimTime.Millisecond);
        _link.Advance(now);
        for (int i = 0; i < count; i++)
        {
            LinkPacket packet = Pool.Rent();
            packet.Length = size;
            packet.Datagram.Clear();
            _link.Send(packet, now);
        }

        return this;
    }

    /// <summary>Sends at equal distances, from 0 on.</summary>
    public LinkRun SendMany(int count, decimal every, int size = 1000)
    {
        for (int i = 0; i < count; i++)
            Send(i * every, size);
        return this;
    }

    /// <summary>Waits until nothing is under way.</summary>
    public LinkRun Finish()
    {
        while (_link.NextEvent != SimTime.Never)
            _link.Advance(_link.NextEvent);
        _link.InFlight.ShouldBe(0);
        Pool.Outstanding.ShouldBe(0);
        return this;
    }

    public IEnumerable<long> LostOrdinals(DropReason reason) =>
        Losses.Where(loss => loss.Reason == reason).Select(loss => loss.Ordinal);

    /// <summary>When the datagrams arrived, ms.</summary>
    public IEnumerable<decimal> ArrivalTimes =>
        Arrivals.Select(arrival => arrival.Time / (decimal)SimTime.Millisecond);

    public void Deliver(LinkPacket packet, long now)
    {
        CheckTime(now);
        Arrivals.Add(new Arrival(packet.Ordinal, now, packet.SentAt, packet.QueuedFor, packet.IsDuplicate));
        OnArrival?.Invoke(packet);
        Pool.Return(packet);
    }

    public void Drop(LinkPacket packet, DropReason reason, long now)
    {
        CheckTime(now);
        Losses.Add(new Loss(packet.Ordinal, reason, now));
        Pool.Return(packet);
    }

    private void CheckTime(long now)
    {
        if (now < _last)
            Assert.Fail($"{now} comes after {_last}");
        _last = now;
    }

    public readonly record struct Arrival(long Ordinal, long Time, long SentAt, long QueuedFor, bool IsDuplicate);

    public readonly record struct Loss(long Ordinal, DropReason Reason, long Time);
}
