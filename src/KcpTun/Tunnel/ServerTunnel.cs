using System.Net;
using System.Net.Sockets;
using KcpTun.IO;

namespace KcpTun.Tunnel;

/// <summary>
/// The server end: for each port one UDP socket and driver, or several that share its peers, and for every stream a
/// connection to the target (PROTOCOL i.3).
/// </summary>
public sealed class ServerTunnel : IDisposable
{
    /// <summary>How long a target may take to accept a connection (release 20260314).</summary>
    public static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Sessions of different peers run side by side on up to this many threads, one per processor. More would only cost
    /// memory: one carries over 1 Gbit/s.
    /// </summary>
    private const int MaxDriversPerPort = 8;

    private readonly TunnelContext _context;
    private readonly ServerOptions _options;
    private readonly StreamEndPoint _target;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TunnelShutdown _shutdown;
    private readonly List<LinkDriver> _drivers = [];

    public ServerTunnel(TunnelContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        _options = (ServerOptions)context.Options;
        _target = StreamEndPoints.Parse(_options.Target);
        _shutdown = new TunnelShutdown(context);
    }

    /// <summary>Binds every port of <c>listen</c>.</summary>
    /// <exception cref="SocketException">An address cannot be bound or the host does not resolve.</exception>
    public async Task ListenAsync(CancellationToken cancellation)
    {
        if (!MultiPortAddress.TryParse(_options.Listen, out MultiPortAddress listen, out string? error))
            throw new ArgumentException(error);
        IPAddress address = await AddressToBindAsync(listen.Host, cancellation);
        int driversPerPort = Math.Max(1, Math.Min(Environment.ProcessorCount, MaxDriversPerPort) / listen.PortCount);
        for (int port = listen.MinPort; port <= listen.MaxPort; port++)
        {
            IReadOnlyList<LinkDriver> drivers = _context.CreateDrivers(new IPEndPoint(address, port), driversPerPort);
            _drivers.AddRange(drivers);
            foreach (LinkDriver driver in drivers)
                _shutdown.Track(driver);
            Log.ListeningUdp(_context.Logger, drivers[0].Local);
        }
    }

    /// <summary>Serves until <paramref name="stop"/>, then drains.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        foreach (LinkDriver driver in _drivers)
        {
            _context.Run(driver, $"kcptun {driver.Local}");
            _ = AcceptSessionsAsync(driver);
        }

        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = stop.Register(stopped.SetResult);
        await stopped.Task;
        _stopping.Cancel();
        await _shutdown.DrainAsync();
    }

    public void Dispose()
    {
        _stopping.Cancel();
    }

    /// <summary>No host and 0.0.0.0 both mean every interface of both families, as in Go.</summary>
    private async ValueTask<IPAddress> AddressToBindAsync(string host, CancellationToken cancellation)
    {
        IPAddress address = host.Length == 0
            ? IPAddress.Any
            : (await _context.Network.ResolveAsync(host, cancellation))[0];
        return address.Equals(IPAddress.Any) && Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : address;
    }

    private async Task AcceptSessionsAsync(LinkDriver driver)
    {
        while (await driver.AcceptAsync() is { } session)
            _ = ServeAsync(session);
    }

    private async Task ServeAsync(LinkSession session)
    {
        _shutdown.Track(session);
        Log.RemoteAddress(_context.Logger, session.Remote);
        Log.SessionUp(_context.Logger, _options.SmuxVer, session.Local, session.Remote);
        while (await session.AcceptStreamAsync() is { } stream)
            _ = CarryAsync(session, stream);
        await session.Completion;
        Log.SessionEnded(_context.Logger, session.EndText);
    }

    private async Task CarryAsync(LinkSession session, MuxStream stream)
    {
        IStreamConnection? target = await ConnectAsync(stream);
        if (target is null)
            return;
        string source = $"{session.Remote}({stream.Id})";
        string destination = _options.Target;
        if (!_options.Quiet)
            Log.StreamOpened(_context.Logger, source, destination);
        Exception? failure = await new StreamPump(_context, target, stream, _stopping.Token).RunAsync();
        if (_options.Quiet)
            return;
        if (failure is not null)
            Log.PipeFailed(_context.Logger, failure.Message, source, destination);
        Log.StreamClosed(_context.Logger, source, destination);
    }

    private async Task<IStreamConnection?> ConnectAsync(MuxStream stream)
    {
        using var timeout = new CancellationTokenSource(DialTimeout, _context.Network.Clock.TimeProvider);
        using CancellationTokenRegistration stopping = _stopping.Token.UnsafeRegister(
            static state => ((CancellationTokenSource)state!).Cancel(), timeout);
        try
        {
            return await _context.Network.ConnectAsync(_target, timeout.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or IOException)
        {
            string reason = e is OperationCanceledException ? "i/o timeout" : e.Message;
            Log.Failed(_context.Logger, $"dial {(_target.IsUnixSocket ? "unix" : "tcp")} {_options.Target}: {reason}");
            stream.Abort();
            return null;
        }
    }
}
