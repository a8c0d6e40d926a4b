using System.Net;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;
using KcpTun.Sim.Network;

namespace KcpTun.Sim.Swarm;

/// <summary>Throws random bytes at both ends, from their peers' addresses and from strangers', until the path heals.</summary>
internal sealed class GarbageSource : SimEvent
{
    private const int Longest = 1500;
    private const int ClientPort = 40000;
    private const int ServerPort = 29900;

    private readonly SimPath _path;
    private readonly RandomStream _chance;
    private readonly PeerAddress _client;
    private readonly PeerAddress _server;
    private readonly long _interval;
    private readonly long _end;
    private long _draws;

    /// <param name="rate">Datagrams a second, more than 0.</param>
    /// <param name="end">When it stops, ns.</param>
    public GarbageSource(SimPath path, RandomStream chance, IPAddress client, IPAddress server, int rate, long end)
    {
        _path = path;
        _chance = chance;
        _client = PeerAddress.From(new IPEndPoint(client, ClientPort));
        _server = PeerAddress.From(new IPEndPoint(server, ServerPort));
        _interval = SimTime.Second / rate;
        _end = end;
        path.Loop.Schedule(_interval, this);
    }

    protected internal override void Fire(long now)
    {
        bool isUp = Draw(2) == 0;
        LinkPacket packet = _path.Pool.Rent();
        packet.Length = (int)Draw(Longest + 1);
        new SimEntropy(_chance.Fork((ulong)_draws)).Fill(packet.Datagram);
        PeerAddress peer = isUp ? _client : _server;
        packet.From = Draw(2) == 0 ? peer : peer.WithPort(1 + (int)Draw(65535));
        packet.To = isUp ? _server : _client;
        _path.Inject(isUp ? PathDirection.Up : PathDirection.Down, packet);
        if (now + _interval < _end)
            _path.Loop.Schedule(now + _interval, this);
    }

    private long Draw(long bound) => _chance.At(_draws++, bound);
}
