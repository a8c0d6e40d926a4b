using System.Net;
using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Sim.Links;
using KcpTun.Sim.Network;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Tcp;

/// <summary>The TCP of one machine, for connections that go over the path without the tunnel.</summary>
internal sealed class TcpStack(SimHost host, IPAddress address) : IStreamListener
{
    /// <summary>Where the target of such connections listens.</summary>
    public const int Port = 8388;

    private const int FirstEphemeralPort = 50_000;
    private const int EphemeralPorts = ushort.MaxValue - FirstEphemeralPort + 1;
    private const int Backlog = 4096;

    private readonly Dictionary<(PeerAddress Local, PeerAddress Remote), TcpConnection> _connections = [];
    private readonly AsyncQueue<TcpConnection> _accepted = new(Backlog);
    private readonly PeerAddress _entrance = PeerAddress.From(new IPEndPoint(address, Port));
    private int _opened;

    public string LocalName => _entrance.ToString();

    /// <summary>Opens a connection over the path; completes a round trip later.</summary>
    public async ValueTask<IStreamConnection> ConnectAsync(IPAddress remote)
    {
        TcpConnection connection = Add(NextLocal(), PeerAddress.From(new IPEndPoint(remote, Port)));
        connection.Open();
        await connection.WaitUntilEstablishedAsync();
        return connection;
    }

    public async ValueTask<IStreamConnection> AcceptAsync(CancellationToken cancellation)
    {
        (bool ok, TcpConnection connection) = await _accepted.DequeueAsync();
        return ok ? connection : throw new OperationCanceledException(cancellation);
    }

    /// <summary>A packet arrives. What is damaged is dropped, as its checksum would tell.</summary>
    public void Deliver(LinkPacket packet)
    {
        if (!packet.IsCorrupted && TcpHeader.TryRead(packet.Datagram, out TcpHeader header))
            Deliver(packet, header);
        host.Return(packet);
    }

    public void Dispose() => _accepted.Complete();

    private void Deliver(LinkPacket packet, in TcpHeader header)
    {
        if (!_connections.TryGetValue((packet.To, packet.From), out TcpConnection? connection))
        {
            if ((header.Flags & TcpFlags.Syn) == 0 || packet.To != _entrance)
                return;
            connection = Add(packet.To, packet.From);
            connection.Open(header, packet.Datagram);
            _accepted.TryEnqueue(connection);
            return;
        }

        connection.OnSegment(header, packet.Datagram);
    }

    /// <summary>A machine that has run out of ports has one more address.</summary>
    private PeerAddress NextLocal()
    {
        byte[] bytes = address.GetAddressBytes();
        bytes[^2] += (byte)(_opened / EphemeralPorts);
        int port = FirstEphemeralPort + (_opened++ % EphemeralPorts);
        return PeerAddress.From(new IPEndPoint(new IPAddress(bytes), port));
    }

    private TcpConnection Add(PeerAddress local, PeerAddress remote)
    {
        var connection = new TcpConnection(host, local, remote);
        _connections.Add((local, remote), connection);
        return connection;
    }
}
