using KcpTun.Primitives;
using KcpTun.Sim.Conform.Stages;

namespace KcpTun.Conformance.Sim.Conform.Stages;

/// <summary>A peer that acknowledges what a subject pushes and sends what a test tells it to.</summary>
internal sealed class HandPeer(IStage stage, uint conv)
{
    private const int PatienceSeconds = 5;

    private readonly SortedDictionary<uint, byte[]> _pushed = [];
    private uint _next;
    private uint _conv = conv;

    /// <summary>Every segment the subject sent, and when it came.</summary>
    public List<(Segment Segment, Instant Time, int To)> Log { get; } = [];

    /// <summary>The KCP stream of the subject as far as it has no gap.</summary>
    public byte[] Stream =>
        [.. _pushed.TakeWhile((entry, index) => entry.Key == index).SelectMany(entry => entry.Value)];

    public List<(byte Command, uint Sid, byte[] Data)> Frames => Wire.Frames(Stream);

    public int From { get; set; } = 1;

    public Instant Push(params byte[][] frames)
    {
        byte[] payload = [.. frames.SelectMany(frame => frame)];
        stage.Send(From, Wire.Datagram(new Segment(_conv, Segment.Push, 7, _next++, 0, payload)));
        return stage.Now;
    }

    /// <summary>Lets the subject perform until something holds.</summary>
    public void Until(Func<bool> holds, string what)
    {
        Instant limit = stage.Now.AddSeconds(PatienceSeconds);
        while (!holds())
        {
            stage.Failure.ShouldBeNull();
            stage.Now.ShouldBeLessThan(limit, $"waiting for {what}");
            stage.Advance(limit);
            Receive();
        }
    }

    /// <summary>Lets time pass whatever happens.</summary>
    public void Pass(int milliseconds)
    {
        Instant end = stage.Now.AddMilliseconds(milliseconds);
        while (stage.Now < end)
        {
            stage.Advance(end);
            Receive();
        }
    }

    private void Receive()
    {
        while (stage.TryReceive(out StageDatagram datagram))
        {
            foreach (Segment segment in Wire.Segments(datagram.Bytes))
            {
                _conv = segment.Conv;
                Log.Add((segment, datagram.Time, datagram.To));
                if (segment.Command != Segment.Push)
                    continue;
                _pushed[segment.Sn] = segment.Payload;
                stage.Send(
                    datagram.To,
                    Wire.Datagram(new Segment(_conv, Segment.Ack, segment.Ts, segment.Sn, segment.Sn + 1, [])));
            }
        }
    }
}
