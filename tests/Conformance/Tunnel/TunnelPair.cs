using KcpTun.Conformance.Support;
using KcpTun.Crypt;
using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Primitives;
using KcpTun.Smux;
using KcpTun.Tunnel;
using Microsoft.Extensions.Logging;

namespace KcpTun.Conformance.Tunnel;

/// <summary>A client driver and a server driver in a <see cref="VirtualWorld"/>.</summary>
internal sealed class TunnelPair
{
    public const string ServerAddress = "192.0.2.1:29900";
    public const string ClientAddress = "198.51.100.7:40000";

    public TunnelPair(
        Func<LinkOptions, LinkOptions>? client = null, Func<LinkOptions, LinkOptions>? server = null, ulong seed = 1,
        string clientKey = "it's a secrect")
    {
        LinkOptions common = Default();
        ClientOptions = (client ?? (o => o))(common with { IsClient = true });
        ServerOptions = (server ?? client ?? (o => o))(common with { IsClient = false });
        ServerChannel = World.Open(ServerAddress);
        Server = Drive(ServerChannel, ServerOptions, seed, "it's a secrect");
        (Client, ClientChannel) = AddClient(ClientAddress, seed + 1, clientKey);
        Session = Client.Connect(ServerChannel.Local, World.Now);
    }

    public VirtualWorld World { get; } = new();

    public LineLogger Log { get; } = new();

    public MemoryBudget Budget { get; } = new(64 << 20);

    public LinkOptions ClientOptions { get; }

    public LinkOptions ServerOptions { get; }

    public VirtualChannel ServerChannel { get; }

    public VirtualChannel ClientChannel { get; }

    public LinkDriver Server { get; }

    public LinkDriver Client { get; }

    public LinkSession Session { get; }

    public static LinkOptions Default() => new()
    {
        IsClient = true,
        Cipher = CipherKind.Aes256,
        Profile = KcpProfile.For("fast", 0, 0, 0, 0),
        SendWindow = 256,
        ReceiveWindow = 512,
        DataShards = 10,
        ParityShards = 3,
        Smux = new SmuxOptions(),
    };

    public (LinkDriver Driver, VirtualChannel Channel) AddClient(
        string address, ulong seed, string key = "it's a secrect")
    {
        VirtualChannel channel = World.Open(address);
        return (Drive(channel, ClientOptions, seed, key), channel);
    }

    /// <summary>Opens a stream on the client and waits until the server has it.</summary>
    public (MuxStream Client, MuxStream Server) OpenStream()
    {
        Task<MuxStream> opened = Session.OpenStreamAsync();
        World.Run(() => opened.IsCompleted).ShouldBeTrue();
        LinkSession accepted = AcceptSession();
        World.Run(() => accepted.StreamCount > 0).ShouldBeTrue();
        return (opened.Result, accepted.AcceptStreamAsync().AsTask().Result!);
    }

    public LinkSession AcceptSession()
    {
        _acceptedSession ??= AcceptNewSession();
        return _acceptedSession;
    }

    public LinkSession AcceptNewSession()
    {
        long before = Server.Counters.PassiveOpens;
        World.Run(() => Server.Counters.PassiveOpens > _takenSessions).ShouldBeTrue($"sessions seen: {before}");
        _takenSessions++;
        return Server.AcceptAsync().AsTask().Result!;
    }

    /// <summary>
    /// Sends <paramref name="data"/> from one stream to the other, in virtual time, and returns what came.
    /// </summary>
    public byte[] Transfer(MuxStream from, MuxStream to, byte[] data, int seconds = 120)
    {
        Task writing = World.Start(() => from.WriteAsync(data).AsTask());
        byte[] received = new byte[data.Length];
        int count = 0;
        World.Run(
            () =>
            {
                count += Drain(to, received.AsSpan(count));
                return count == received.Length;
            },
            seconds).ShouldBeTrue($"only {count} of {data.Length} bytes arrived");
        writing.Wait(TimeSpan.FromSeconds(10)).ShouldBeTrue();
        return received;
    }

    /// <summary>Takes what has arrived, without waiting.</summary>
    public static int Drain(MuxStream stream, Span<byte> destination)
    {
        byte[] buffer = new byte[destination.Length];
        int total = 0;
        while (total < buffer.Length && stream.AvailableBytes > 0)
            total += stream.ReadAsync(buffer.AsMemory(total)).AsTask().Result;
        buffer.AsSpan(0, total).CopyTo(destination);
        return total;
    }

    private LinkSession? _acceptedSession;
    private long _takenSessions;

    private LinkDriver Drive(VirtualChannel channel, LinkOptions options, ulong seed, string key)
    {
        var driver = new LinkDriver(
            channel, new DriverOptions(options, KeyDerivation.DerivePass(key), new SeededEntropy(seed), Budget, Log));
        World.Add(driver, channel);
        return driver;
    }
}

/// <summary>Keeps log lines for assertions.</summary>
internal sealed class LineLogger : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        lock (Lines)
            Lines.Add(formatter(state, exception));
    }
}
