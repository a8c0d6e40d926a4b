using System.Net;
using System.Net.Sockets;
using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;
using KcpTun.Sim.Tcp;

namespace KcpTun.Sim.Network;

/// <summary>
/// One machine of the virtual network: what production code sees of the operating system. Its local TCP takes no time;
/// its UDP goes over the path.
/// </summary>
internal sealed class SimHost : INetwork
{
    private const int FirstEphemeralPort = 40000;

    private readonly IHostPath _path;
    private readonly IPAddress _address;
    private readonly SimClock _clock;
    private readonly RandomStream _entropy;
    private readonly HostFaults _faults;
    private readonly Dictionary<PeerAddress, SimChannel> _channels = [];
    private readonly Dictionary<StreamEndPoint, SimListener> _listeners = [];
    private int _nextPort = FirstEphemeralPort;
    private ulong _generators;

    public SimHost(
        string name, IPAddress address, IHostPath path, SimClock clock, RandomStream entropy, HostFaults faults)
    {
        Name = name;
        _address = address;
        _path = path;
        _clock = clock;
        _entropy = entropy;
        _faults = faults;
        Tcp = new TcpStack(this, address);
    }

    public string Name { get; }

    public SimClock Clock => _clock;

    /// <summary>Connections over the path itself.</summary>
    public TcpStack Tcp { get; }

    IClock INetwork.Clock => _clock;

    public SimLoop Loop => _path.Loop;

    /// <summary>Called after every step of a driver of this host, with the channel it drives.</summary>
    public Action<IDatagramChannel>? AfterStep { get; set; }

    public IEntropy CreateEntropy() => new SimEntropy(_entropy.Fork(_generators++));

    public ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellation) =>
        IPAddress.TryParse(host, out IPAddress? literal)
            ? ValueTask.FromResult<IReadOnlyList<IPAddress>>([literal])
            : throw new SocketException((int)SocketError.HostNotFound);

    public IDatagramChannel OpenDatagramChannel(IPEndPoint local, DatagramSocketOptions options)
    {
        int port = local.Port == 0 ? _nextPort++ : local.Port;
        PeerAddress address = PeerAddress.From(new IPEndPoint(_address, port));
        var channel = new SimChannel(this, address, _path.Pool);
        if (!_channels.TryAdd(address, channel))
            throw new SocketException((int)SocketError.AddressAlreadyInUse);
        return channel;
    }

    public IStreamListener Listen(StreamEndPoint endPoint)
    {
        var listener = new SimListener(this, endPoint);
        if (!_listeners.TryAdd(endPoint, listener))
            throw new SocketException((int)SocketError.AddressAlreadyInUse);
        return listener;
    }

    public ValueTask<IStreamConnection> ConnectAsync(StreamEndPoint endPoint, CancellationToken cancellation)
    {
        if (!_listeners.TryGetValue(endPoint, out SimListener? listener))
            throw new SocketException((int)SocketError.ConnectionRefused);
        (SimConnection dialler, SimConnection acceptor) = SimConnection.Pair(
            Loop, $"127.0.0.1:{_nextPort++}", endPoint.ToString(), _faults.LongestRead);
        if (!listener.TryOffer(acceptor))
            throw new SocketException((int)SocketError.ConnectionRefused);
        return ValueTask.FromResult<IStreamConnection>(dialler);
    }

    public void RunDriver(string name, IDatagramChannel channel, Func<Instant, Instant?> step)
    {
        var driver = new SimDriver(this, step, () => AfterStep?.Invoke(channel));
        ((SimChannel)channel).Attach(driver);
        driver.Wake();
    }

    /// <summary>The socket that has <paramref name="address"/>.</summary>
    public SimChannel? Find(PeerAddress address) => _channels.GetValueOrDefault(address);

    public void Forget(PeerAddress address) => _channels.Remove(address);

    public void Forget(StreamEndPoint endPoint) => _listeners.Remove(endPoint);

    public void Send(LinkPacket packet) => _path.Send(this, packet);

    public LinkPacket Rent() => _path.Pool.Rent();

    public void Return(LinkPacket packet) => _path.Pool.Return(packet);

    /// <summary>How many of <paramref name="wanted"/> datagrams the socket takes now.</summary>
    public int TakeSendRoom(int wanted) => _faults.TakeSendRoom(wanted);

    /// <summary>The socket has room again after a moment.</summary>
    public void WakeLater(SimChannel channel) =>
        Loop.Schedule(Loop.Now + SimTime.Millisecond, new WakeEvent(channel));

    private sealed class WakeEvent(SimChannel channel) : SimEvent
    {
        protected internal override void Fire(long now) => channel.Wake();
    }
}
