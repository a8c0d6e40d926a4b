using KcpTun.Sim.Engine;
using KcpTun.Sim.Tcp;

namespace KcpTun.Conformance.Sim.Tcp;

/// <summary>A sender, its clock, and acknowledgements by hand. Segments are counted from 0 behind the SYN.</summary>
internal sealed class SenderDrive
{
    public const int RoundTrip = 100;

    private const long Ms = SimTime.Millisecond;
    private const int Size = TcpHeader.MaxPayload;
    private const int Window = 1 << 20;

    private readonly TcpSender _sender;

    public SenderDrive()
    {
        _sender = new TcpSender(segment => Sent.Add(((int)Math.Floor((segment.Start - 1.0) / Size), Now)));
        _sender.Write(TcpFlags.Syn);
        _sender.Send(0);
    }

    /// <summary>Segments, -1 for the SYN, and when they left, ms.</summary>
    public List<(int Number, long Time)> Sent { get; } = [];

    /// <summary>ms.</summary>
    public long Now { get; private set; }

    /// <summary>One with a round trip of 100 ms that has sent what its first window allows.</summary>
    public static SenderDrive Established(int segments)
    {
        var drive = new SenderDrive();
        drive.At(RoundTrip).Acknowledge(0);
        drive.Write(segments);
        return drive;
    }

    public void Write(int segments)
    {
        _sender.Write(new byte[segments * Size]);
        _sender.Send(Now * Ms);
    }

    /// <summary>Timers fire until then.</summary>
    public SenderDrive At(long ms)
    {
        while (_sender.Deadline <= ms * Ms)
        {
            // Times are whole ms here, and so are all timers but the smoothed ones.
            Now = (_sender.Deadline + Ms - 1) / Ms;
            _sender.OnTime(Now * Ms);
        }

        Now = ms;
        return this;
    }

    /// <summary>Everything before <paramref name="next"/> has arrived, and <paramref name="blocks"/>.</summary>
    public void Acknowledge(int next, params (int First, int End)[] blocks) =>
        _sender.OnAcknowledgement(
            At(next), Window, [.. blocks.Select(block => new TcpRange(At(block.First), At(block.End)))], Now * Ms);

    /// <summary>Acknowledges all that has been sent, and says how many segments are sent then.</summary>
    public int Answer(int next)
    {
        int before = Sent.Count;
        Acknowledge(next);
        return Sent.Count - before;
    }

    /// <summary>Numbers that were sent after <paramref name="count"/> others.</summary>
    public string Since(int count) => string.Join(' ', Sent.Skip(count).Select(sent => sent.Number));

    private static long At(int segment) => 1 + ((long)segment * Size);
}
