using System.Net;
using System.Net.Sockets;
using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Relay;

/// <summary>
/// The link model between real sockets: one for all clients, and one towards the server for each of them. Every
/// socket has its thread; the path itself is shared under one gate, which is held for microseconds.
/// </summary>
internal sealed class UdpRelay
{
    // Longer ones are cut on arrival (IDatagramChannel) and would go on as something else.
    private const int LongestDatagram = IDatagramChannel.LongestDelivered - 1;
    private const int SocketBuffer = 4 << 20;

    private readonly object _gate = new();
    private readonly RelayOptions _options;
    private readonly INetwork _network;
    private readonly PeerAddress _target;
    private readonly long _idleTimeout;
    private readonly Instant _start;
    private readonly LinkPacketPool _pool = new();
    private readonly NatTable _nat;
    private readonly RelayPort _listener;
    private readonly Dictionary<PeerAddress, RelayPort> _upstream = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RelayPort? _current;
    private int _running;
    private bool _isStopping;

    private UdpRelay(RelayOptions options, INetwork network)
    {
        _options = options;
        _network = network;
        _target = PeerAddress.From(options.To);
        _idleTimeout = options.IdleTimeout.Ticks * TimeSpan.NanosecondsPerTick;
        _start = network.Clock.Now;
        _nat = new NatTable(options.Path.Nat);
        Up = new RelayDirection(options.Path, PathDirection.Up, options.Seed, _pool, ToServer);
        Down = new RelayDirection(options.Path, PathDirection.Down, options.Seed, _pool, ToClient);
        _listener = Open(options.Listen, Down, default);
    }

    public RelayDirection Up { get; }

    public RelayDirection Down { get; }

    /// <summary>Where it listens, port included.</summary>
    public IPEndPoint Local => _listener.Channel.Local.ToEndPoint();

    /// <summary>Completes when every thread has ended; fails with what has ended one.</summary>
    public Task Ended => _ended.Task;

    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static UdpRelay Start(RelayOptions options, INetwork network)
    {
        var relay = new UdpRelay(options, network);
        relay.Run(relay._listener);
        return relay;
    }

    public void Stop()
    {
        lock (_gate)
        {
            _isStopping = true;
            WakeAll();
        }
    }

    /// <summary>A thread has ended by an exception: so does the relay.</summary>
    public void Fail(Exception cause)
    {
        lock (_gate)
            _isStopping = true;
        _ended.TrySetException(cause);
    }

    /// <summary>One turn of a socket's thread.</summary>
    /// <param name="received">Goes into the path.</param>
    /// <param name="sending">Takes what has arrived, as far as it has room.</param>
    /// <returns>When the next turn is due; null when the socket is to be closed.</returns>
    public Instant? Exchange(RelayPort port, DatagramBatch received, DatagramBatch sending)
    {
        lock (_gate)
        {
            // Read inside, so that the path's time never goes back.
            long now = (_network.Clock.Now - _start) * SimTime.Microsecond;
            _current = port;
            port.Outbound.Link.Advance(now);
            if (IsAlone(port))
                Up.Link.Advance(now);
            if (received.Count > 0)
                Accept(port, received, now);
            Collect(port, sending, now);
            _current = null;
            return Deadline(port, now);
        }
    }

    private void Accept(RelayPort port, DatagramBatch received, long now)
    {
        RelayDirection inbound = port.IsListener ? Up : Down;
        inbound.Link.Advance(now);
        long next = inbound.Link.NextEvent;
        for (int i = 0; i < received.Count; i++)
        {
            PeerAddress peer = received.Peers[i];
            if (!port.IsListener && peer != _target)
                continue;
            port.LastUse = now;
            LinkPacket packet = _pool.Rent();
            ReadOnlySpan<byte> datagram = received[i];
            packet.Length = Math.Min(datagram.Length, packet.Buffer.Length);
            datagram[..packet.Length].CopyTo(packet.Buffer);
            packet.From = port.IsListener ? _nat.Translate(peer, now) : peer;
            packet.To = port.IsListener ? _target : port.Outer;
            if (datagram.Length > LongestDatagram)
                inbound.Refuse(packet, now);
            else
                inbound.Enter(packet, now);
        }

        // Arrivals without delay are due at once.
        inbound.Link.Advance(now);
        if (inbound.Link.NextEvent < next)
            WakeReceivers(port);
    }

    private static void Collect(RelayPort port, DatagramBatch sending, long now)
    {
        while (!sending.IsFull && port.Outbox.TryDequeue(out (LinkPacket Packet, long Due) head))
        {
            head.Packet.Datagram.CopyTo(sending.Reserve());
            sending.Commit(head.Packet.Length, head.Packet.To);
            port.Outbound.Sent(head.Packet, now - head.Due);
        }
    }

    private Instant? Deadline(RelayPort port, long now)
    {
        bool isIdle = !port.IsListener && port.Outbox.Count == 0 && now - port.LastUse >= _idleTimeout;
        if (isIdle || _isStopping)
        {
            if (_upstream.Remove(port.Outer) && _upstream.Count == 0)
                _listener.Channel.Wake();
            if (--_running == 0)
                _ended.TrySetResult();
            return null;
        }

        long due = port.Outbound.Link.NextEvent;
        if (!port.IsListener)
            due = Math.Min(due, port.LastUse + _idleTimeout);
        else if (IsAlone(port))
            due = Math.Min(due, Up.Link.NextEvent);
        return due == SimTime.Never
            ? Instant.Never
            : _start.AddMicroseconds((due + SimTime.Microsecond - 1) / SimTime.Microsecond);
    }

    /// <summary>
    /// Whether the listener's thread has to deliver to the server too, because no other one is there to do it.
    /// </summary>
    private bool IsAlone(RelayPort port) => port.IsListener && _upstream.Count == 0;

    private void ToServer(LinkPacket packet, long due)
    {
        if (!_upstream.TryGetValue(packet.From, out RelayPort? port) && !TryAdd(packet.From, due, out port))
        {
            Up.Drop(packet, DropReason.Unreachable, due);
            return;
        }

        Hand(port!, packet, due);
    }

    private void ToClient(LinkPacket packet, long due)
    {
        if (!_nat.TryInbound(packet.To, due, out PeerAddress inner))
        {
            Down.Drop(packet, DropReason.Nat, due);
            return;
        }

        packet.To = inner;
        Hand(_listener, packet, due);
    }

    private void Hand(RelayPort port, LinkPacket packet, long due)
    {
        port.Outbox.Enqueue((packet, due));
        port.LastUse = Math.Max(port.LastUse, due);
        if (port != _current)
            port.Channel.Wake();
    }

    private bool TryAdd(PeerAddress outer, long now, out RelayPort? port)
    {
        port = null;
        if (_isStopping || _upstream.Count >= _options.MaxPeers)
            return false;
        bool isIPv6 = _options.To.AddressFamily == AddressFamily.InterNetworkV6;
        try
        {
            port = Open(new IPEndPoint(isIPv6 ? IPAddress.IPv6Any : IPAddress.Any, 0), Up, outer);
        }
        catch (SocketException)
        {
            return false;
        }

        port.LastUse = now;
        _upstream.Add(outer, port);
        Run(port);
        return true;
    }

    private RelayPort Open(IPEndPoint local, RelayDirection outbound, PeerAddress outer)
    {
        IDatagramChannel channel = _network.OpenDatagramChannel(local, new DatagramSocketOptions(SocketBuffer));
        return new RelayPort(this, channel, outbound, outer);
    }

    private void Run(RelayPort port)
    {
        _running++;
        _network.RunDriver(port.IsListener ? "relay" : $"relay {port.Outer}", port.Channel, port.Step);
    }

    /// <summary>Those who deliver what came in here have to look at the time again.</summary>
    private void WakeReceivers(RelayPort port)
    {
        if (!port.IsListener)
        {
            _listener.Channel.Wake();
            return;
        }

        foreach (RelayPort upstream in _upstream.Values)
            upstream.Channel.Wake();
    }

    private void WakeAll()
    {
        _listener.Channel.Wake();
        foreach (RelayPort port in _upstream.Values)
            port.Channel.Wake();
    }
}
