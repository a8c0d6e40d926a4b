using System.Net;
using KcpTun.Crypt;
using KcpTun.IO;
using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Primitives;
using KcpTun.Qpp;
using KcpTun.Smux;
using Microsoft.Extensions.Logging;

namespace KcpTun.Tunnel;

/// <summary>
/// What everything in one tunnel shares: settings in the layers' own terms, the derived keys, the surroundings, the
/// memory budget and the counters.
/// </summary>
public sealed class TunnelContext
{
    private readonly object _gate = new();
    private readonly List<LinkDriver> _live = [];
    private readonly SnmpCounters _retired = new();
    private readonly TunnelKeys _keys;
    private long _maxConn;

    private TunnelContext(TunnelOptions options, bool isClient, INetwork network, ILogger logger, TunnelKeys keys)
    {
        Options = options;
        Network = network;
        Logger = logger;
        _keys = keys;
        Link = LinkOf(options, isClient, keys.TuncryptKey) with { LimitsBursts = network.LosesBursts };
    }

    public TunnelOptions Options { get; }

    public INetwork Network { get; }

    public ILogger Logger { get; }

    public LinkOptions Link { get; }

    public MemoryBudget Budget { get; } = new(MemoryBudget.DefaultLimitBytes);

    public Instant Now => Network.Clock.Now;

    /// <summary>Derives the keys; takes some milliseconds of CPU.</summary>
    public static TunnelContext Create(TunnelOptions options, INetwork network, ILogger logger) =>
        Create(options, network, logger, TunnelKeys.Derive(options));

    /// <summary>With keys derived before.</summary>
    internal static TunnelContext Create(TunnelOptions options, INetwork network, ILogger logger, TunnelKeys keys)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(network);
        return new TunnelContext(options, options is ClientOptions, network, logger, keys);
    }

    /// <summary>The sum over all drivers, past and present.</summary>
    public SnmpCounters Snapshot()
    {
        var sum = new SnmpCounters();
        lock (_gate)
        {
            sum.Add(_retired);
            foreach (LinkDriver driver in _live)
                sum.Add(driver.Counters);
            // The drivers' peaks need not have come at the same time, so they do not add up.
            foreach (LinkDriver driver in _live)
                _maxConn = Math.Max(_maxConn, driver.Counters.MaxConn);
            _maxConn = Math.Max(_maxConn, sum.CurrEstab);
            sum.MaxConn = _maxConn;
        }

        return sum;
    }

    /// <summary>Asks every driver to give back what memory it does not need now. Any thread.</summary>
    public void TrimMemory()
    {
        lock (_gate)
        {
            foreach (LinkDriver driver in _live)
                driver.TrimMemory();
        }
    }

    /// <summary>Waits on the tunnel's own clock.</summary>
    public Task Delay(TimeSpan time, CancellationToken cancellation = default) =>
        Task.Delay(time, Network.Clock.TimeProvider, cancellation);

    /// <summary>The driver of a socket, while it runs.</summary>
    internal LinkDriver? FindDriver(IDatagramChannel channel)
    {
        lock (_gate)
            return _live.Find(driver => driver.Channel == channel);
    }

    /// <summary>
    /// Least buffers of mode auto, bytes. What arrives behind a lost segment waits, and on a bad path some segment is
    /// always lost: a stream needs room for several round trips at the full rate.
    /// </summary>
    private const int AutoReceiveBuffer = 16 * 1024 * 1024;

    private const int AutoStreamBuffer = 8 * 1024 * 1024;

    /// <summary>The same settings in the layers' own terms.</summary>
    /// <param name="tuncryptKey">Null without tuncrypt.</param>
    internal static LinkOptions LinkOf(TunnelOptions options, bool isClient, byte[]? tuncryptKey)
    {
        KcpProfile profile = KcpProfile.For(
            options.Mode, options.NoDelay, options.Interval, options.Resend, options.Nc);
        int receiveWindow = options.RcvWnd > 0 ? options.RcvWnd : KcpOptions.DefaultWindow;
        if (profile.IsAuto)
            receiveWindow = Math.Max(receiveWindow, KcpOptions.AutoReceiveWindow);
        return LinkOf(options, isClient, tuncryptKey, profile, receiveWindow);
    }

    private static LinkOptions LinkOf(
        TunnelOptions options, bool isClient, byte[]? tuncryptKey, KcpProfile profile, int receiveWindow) => new()
        {
            IsClient = isClient,
            Cipher = CipherCatalog.Resolve(options.Crypt),
            Profile = profile,
            SendWindow = options.SndWnd > 0 ? options.SndWnd : 32,
            ReceiveWindow = receiveWindow,
            Mtu = options.Mtu,
            DataShards = Math.Max(0, options.DataShard),
            ParityShards = Math.Max(0, options.ParityShard),
            AckNoDelay = options.AckNoDelay,
            Compression = !options.NoComp,
            RateLimit = Math.Max(0, options.RateLimit),
            TuncryptKey = tuncryptKey,
            Auto = options.Auto,
            Smux = new SmuxOptions
            {
                Version = options.SmuxVer,
                FrameSize = options.FrameSize,
                ReceiveBuffer = profile.IsAuto ? Math.Max(options.SmuxBuf, AutoReceiveBuffer) : options.SmuxBuf,
                StreamBuffer = profile.IsAuto ? Math.Max(options.StreamBuf, AutoStreamBuffer) : options.StreamBuf,
                KeepAliveSeconds = options.KeepAlive,
            },
        };

    internal QppKeystream? CreateKeystream() => _keys.CreateKeystream();

    private DatagramSocketOptions SocketOptions =>
        new(Options.SockBuf, Options.Dscp, warning => Log.SocketSetting(Logger, warning));

    /// <summary>Opens a UDP socket and a driver for it. The caller runs it.</summary>
    internal LinkDriver CreateDriver(IPEndPoint local) =>
        CreateDriver(Network.OpenDatagramChannel(local, SocketOptions));

    /// <summary>
    /// Opens a server's port with up to <paramref name="count"/> drivers, each for its part of the peers.
    /// </summary>
    internal IReadOnlyList<LinkDriver> CreateDrivers(IPEndPoint local, int count) =>
        [.. Network.OpenSharedChannels(local, SocketOptions, count).Select(CreateDriver)];

    private LinkDriver CreateDriver(IDatagramChannel channel)
    {
        var driver = new LinkDriver(
            channel, new DriverOptions(Link, _keys.Pass, Network.CreateEntropy(), Budget, Logger));
        lock (_gate)
        {
            _live.Add(driver);
            // A client's driver carries exactly one session.
            if (Link.IsClient)
                _maxConn = Math.Max(_maxConn, _live.Count);
        }

        return driver;
    }

    /// <summary>Gives the driver its thread; its counters are kept when it ends.</summary>
    internal void Run(LinkDriver driver, string name)
    {
        Network.RunDriver(name, driver.Channel, driver.Step);
        _ = RetireAsync(driver);
    }

    private async Task RetireAsync(LinkDriver driver)
    {
        await driver.Stopped;
        lock (_gate)
        {
            _live.Remove(driver);
            _retired.Add(driver.Counters);
        }
    }
}
