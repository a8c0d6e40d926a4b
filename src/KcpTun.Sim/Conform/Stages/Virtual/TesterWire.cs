using System.Net;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;
using KcpTun.Sim.Network;

namespace KcpTun.Sim.Conform.Stages.Virtual;

/// <summary>
/// The path between a virtual subject and the tester's sockets: it takes no time and loses nothing. Socket n of the
/// tester is port <see cref="FirstPort"/> + n - 1.
/// </summary>
internal sealed class TesterWire(SimLoop loop, Action notice) : IHostPath
{
    /// <summary>The port of socket 1, which a client subject dials.</summary>
    public const int FirstPort = 29900;

    public static readonly IPAddress Address = IPAddress.Parse("10.0.0.2");

    private readonly Queue<StageDatagram> _arrived = new();
    private readonly Dictionary<int, PeerAddress> _heard = [];
    private readonly PeerAddress _first = PeerAddress.From(new IPEndPoint(Address, FirstPort));
    private PeerAddress _lastHeard;

    public SimLoop Loop => loop;

    public LinkPacketPool Pool { get; } = new();

    /// <summary>The subject's address, if it does not first have to send something to show it.</summary>
    public PeerAddress? Subject { get; init; }

    public bool TryReceive(out StageDatagram datagram) => _arrived.TryDequeue(out datagram);

    /// <summary>A datagram of the tester.</summary>
    public void Send(SimHost subject, int from, ReadOnlySpan<byte> datagram)
    {
        PeerAddress to = Subject ?? _heard.GetValueOrDefault(from, _lastHeard);
        if (subject.Find(to) is not { } channel)
            return;
        LinkPacket packet = Pool.Rent();
        packet.Length = Math.Min(datagram.Length, packet.Buffer.Length);
        datagram[..packet.Length].CopyTo(packet.Buffer);
        packet.From = _first.WithPort(FirstPort + from - 1);
        packet.To = to;
        channel.Deliver(packet);
    }

    /// <summary>A datagram of the subject.</summary>
    void IHostPath.Send(SimHost from, LinkPacket packet)
    {
        int socket = packet.To.Port - FirstPort + 1;
        if (packet.To == _first.WithPort(packet.To.Port) && socket > 0)
        {
            _heard[socket] = packet.From;
            _lastHeard = packet.From;
            var time = new Instant(loop.Now / SimTime.Microsecond);
            _arrived.Enqueue(new StageDatagram(time, packet.Datagram.ToArray(), socket));
            notice();
        }

        Pool.Return(packet);
    }
}
