using KcpTun.Crypt;
using KcpTun.IO;
using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Primitives;
using KcpTun.Smux;
using KcpTun.Tunnel;
using Microsoft.Coyote.Specifications;
using Microsoft.Extensions.Logging.Abstractions;

namespace KcpTun.Concurrency.Harness;

/// <summary>
/// A client and a server driver joined in memory, each with the product's own turn. By default one thread runs both:
/// the scenarios are about application threads against a driver, and a peer that answers at once keeps them short.
/// </summary>
internal sealed class Pair
{
    private static readonly PeerAddress s_clientAddress = PeerAddress.FromIPv4([198, 51, 100, 7], 40000);
    private static readonly PeerAddress s_serverAddress = PeerAddress.FromIPv4([192, 0, 2, 1], 29900);

    private readonly List<Task> _threads = [];
    private readonly bool _hasTwoThreads;
    private readonly Bed _clientBed;
    private readonly Bed _serverBed;
    private LinkSession? _accepted;

    /// <param name="receiveBuffer">Receive bucket of a session, bytes.</param>
    /// <param name="streamBuffer">Window of a stream, bytes.</param>
    /// <param name="hasTwoThreads">Whether each driver has a thread of its own.</param>
    public Pair(int receiveBuffer = 8192, int streamBuffer = 4096, bool hasTwoThreads = false)
    {
        _hasTwoThreads = hasTwoThreads;
        _clientBed = new Bed();
        _serverBed = hasTwoThreads ? new Bed() : _clientBed;
        var client = new MemoryChannel(s_clientAddress, _clientBed);
        var server = new MemoryChannel(s_serverAddress, _serverBed);
        (client.Peer, server.Peer) = (server, client);
        LinkOptions options = Options(receiveBuffer, streamBuffer);
        Client = Drive(client, options);
        Server = Drive(server, options with { IsClient = false });
        Session = Client.Connect(s_serverAddress, Clock.Now);
    }

    public ManualClock Clock { get; } = new();

    public MemoryBudget Budget { get; } = new(1 << 20);

    public LinkDriver Client { get; }

    public LinkDriver Server { get; }

    /// <summary>The client's session.</summary>
    public LinkSession Session { get; }

    /// <summary>
    /// Gives the drivers their threads. What a scenario prepares before that happens in one thread, so that Coyote
    /// spends its choices on the race itself.
    /// </summary>
    public void Start()
    {
        if (_hasTwoThreads)
        {
            Run(_clientBed, Client);
            Run(_serverBed, Server);
        }
        else
        {
            Run(_clientBed, Client, Server);
        }
    }

    /// <summary>Before <see cref="Start"/>: lets both drivers take turns until neither has anything to do.</summary>
    public void Settle()
    {
        do
        {
            Step(Client);
            Step(Server);
        }
        while (_clientBed.Arrivals + _serverBed.Arrivals > 0);
        _clientBed.Forget();
        _serverBed.Forget();
    }

    /// <summary>Before <see cref="Start"/>: one turn of the client alone. What it sends waits for the server.</summary>
    public void StepClient() => Step(Client);

    /// <summary>The server's session, once the first stream has reached it.</summary>
    public async Task<LinkSession> AcceptSessionAsync() => _accepted ??= (await Server.AcceptAsync())!;

    /// <summary>Before <see cref="Start"/>: a stream of the client and the same stream at the server.</summary>
    public async Task<(MuxStream Client, MuxStream Server)> OpenStreamAsync()
    {
        Task<MuxStream> opened = Session.OpenStreamAsync();
        Settle();
        MuxStream client = await opened;
        LinkSession session = await AcceptSessionAsync();
        MuxStream? server = await session.AcceptStreamAsync();
        return (client, server!);
    }

    /// <summary>
    /// Before <see cref="Start"/>: a stream whose client may send no more until the server reads; it has read a byte
    /// only, and said that its window is small.
    /// </summary>
    public async Task<(MuxStream Client, MuxStream Server)> OpenBlockedStreamAsync()
    {
        (MuxStream client, MuxStream server) = await OpenStreamAsync();
        await client.WriteAsync(new byte[200]);
        Settle();
        await server.ReadAllAsync(1);
        Settle();
        return (client, server);
    }

    /// <summary>Lets time pass; both drivers notice.</summary>
    public void AdvanceSeconds(int seconds)
    {
        Clock.AdvanceSeconds(seconds);
        Client.Channel.Wake();
        Server.Channel.Wake();
    }

    /// <summary>
    /// Stops both drivers, disposes the streams given, and checks what must hold whatever happened: everything that was
    /// counted is given back.
    /// </summary>
    public async Task StopAsync(params MuxStream[] streams)
    {
        Client.Stop();
        Server.Stop();
        if (_threads.Count == 0)
            Settle();
        foreach (Task thread in _threads)
            await thread;
        foreach (MuxStream stream in streams)
            stream.Dispose();
        Specification.Assert(Client.Stopped.IsCompleted && Server.Stopped.IsCompleted, "a driver has not stopped");
        Specification.Assert(Session.HasEnded, "the client's session has not ended");
        Specification.Assert(Session.IsSendIdle, "the client's session has ended, and claims to have work");
        long clients = Client.Counters.CurrEstab;
        long servers = Server.Counters.CurrEstab;
        Specification.Assert(clients == 0, "the client counts {0} sessions", clients);
        Specification.Assert(servers == 0, "the server counts {0} sessions", servers);
        Specification.Assert(Budget.UsedBytes == 0, "{0} bytes of the memory budget are missing", Budget.UsedBytes);
    }

    private static LinkOptions Options(int receiveBuffer, int streamBuffer) => new()
    {
        IsClient = true,
        Cipher = CipherKind.Null,
        Profile = KcpProfile.For("fast", 0, 0, 0, 0),
        SendWindow = 16,
        ReceiveWindow = 16,
        Mtu = 600,
        AckNoDelay = true,
        Compression = false,
        Smux = new SmuxOptions { FrameSize = 512, ReceiveBuffer = receiveBuffer, StreamBuffer = streamBuffer },
    };

    private LinkDriver Drive(MemoryChannel channel, LinkOptions options) => new(
        channel, new DriverOptions(options, new byte[32], new FixedEntropy(), Budget, NullLogger.Instance));

    private void Run(Bed bed, params LinkDriver[] drivers) => _threads.Add(Task.Run(() => RunAsync(bed, drivers)));

    private async Task RunAsync(Bed bed, LinkDriver[] drivers)
    {
        bool[] hasStopped = new bool[drivers.Length];
        while (true)
        {
            Instant? next = null;
            for (int i = 0; i < drivers.Length; i++)
            {
                Instant? deadline = hasStopped[i] ? null : Step(drivers[i]);
                if (deadline is null && !hasStopped[i])
                    drivers[i].Channel.Dispose();
                hasStopped[i] = deadline is null;
                if (deadline is { } due)
                    next = next is { } other ? Instant.Min(due, other) : due;
            }

            if (next is null)
                return;
            await bed.SleepAsync(Clock, next.Value);
        }
    }

    private Instant? Step(LinkDriver driver)
    {
        try
        {
            return driver.Step(Clock.Now);
        }
        catch (Exception e) when (e is not ThreadInterruptedException)
        {
            Specification.Assert(false, "the driver threw {0}", e);
            throw;
        }
    }
}

/// <summary>Chance has no part in these scenarios: Coyote's choices are the only ones.</summary>
internal sealed class FixedEntropy : IEntropy
{
    public void Fill(Span<byte> destination) => destination.Fill(7);
}
