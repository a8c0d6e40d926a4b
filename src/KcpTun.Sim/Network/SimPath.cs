using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;
using KcpTun.Sim.Metrics;

namespace KcpTun.Sim.Network;

/// <summary>The path between client and server: both directions, and everyone who watches them.</summary>
internal sealed class SimPath : IHostPath
{
    private readonly WireLog _log;
    private readonly NatTable _nat;
    private readonly Way _up;
    private readonly Way _down;

    public SimPath(SimLoop loop, PathSpec spec, ulong seed, WireLog log)
    {
        Loop = loop;
        _log = log;
        _nat = new NatTable(spec.Nat);
        _up = new Way(this, spec.Up, PathDirection.Up, seed);
        _down = new Way(this, spec.Down, PathDirection.Down, seed);
    }

    public SimLoop Loop { get; }

    public LinkPacketPool Pool { get; } = new();

    /// <summary>Connects the two machines.</summary>
    public void Join(SimHost client, SimHost server)
    {
        _up.Target = server;
        _down.Target = client;
    }

    /// <summary>Datagrams on the path.</summary>
    public int InFlight => _up.Link.InFlight + _down.Link.InFlight;

    public void Send(SimHost from, LinkPacket packet)
    {
        bool isUp = from == _down.Target;
        // The NAT stands before the client: it translates before the path and back behind it.
        if (isUp)
            packet.From = _nat.Translate(packet.From, Loop.Now);
        (isUp ? _up : _down).Send(packet);
    }

    /// <summary>A datagram that no end has sent arrives.</summary>
    public void Inject(PathDirection direction, LinkPacket packet) =>
        (direction == PathDirection.Up ? _up : _down).Inject(packet);

    private sealed class Way : SimEvent, ILinkSink
    {
        private readonly SimPath _path;
        private readonly PathDirection _direction;

        public Way(SimPath path, LinkSpec spec, PathDirection direction, ulong seed)
        {
            _path = path;
            _direction = direction;
            Link = new LinkDirection(spec, direction, seed, path.Pool, this);
        }

        public LinkDirection Link { get; }

        public SimHost? Target { get; set; }

        public void Send(LinkPacket packet)
        {
            long now = _path.Loop.Now;
            _path._log.OnEntering(packet, _direction, now);
            Link.Send(packet, now);
            Arm();
        }

        /// <summary>Goes round the link, so that it does not shift the numbers of the datagrams on it.</summary>
        public void Inject(LinkPacket packet)
        {
            if (Target?.Find(packet.To) is { } channel)
                channel.Deliver(packet);
            else
                _path.Pool.Return(packet);
        }

        public void Deliver(LinkPacket packet, long now)
        {
            if (_direction == PathDirection.Down)
            {
                if (!_path._nat.TryInbound(packet.To, now, out PeerAddress inner))
                {
                    Drop(packet, DropReason.Nat, now);
                    return;
                }

                packet.To = inner;
            }

            if (packet.Transport == Transport.Tcp)
            {
                _path._log.OnDelivered(packet, _direction, now);
                Target!.Tcp.Deliver(packet);
                return;
            }

            if (Target?.Find(packet.To) is not { } channel)
            {
                Drop(packet, DropReason.Unreachable, now);
                return;
            }

            _path._log.OnDelivered(packet, _direction, now);
            channel.Deliver(packet);
        }

        public void Drop(LinkPacket packet, DropReason reason, long now)
        {
            _path._log.OnDropped(packet, _direction, reason, now);
            _path.Pool.Return(packet);
        }

        protected internal override void Fire(long now)
        {
            Link.Advance(now);
            Arm();
        }

        private void Arm()
        {
            if (Link.NextEvent != SimTime.Never)
                _path.Loop.Schedule(Link.NextEvent, this);
        }
    }
}
