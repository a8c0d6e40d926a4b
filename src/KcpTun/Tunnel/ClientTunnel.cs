using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using KcpTun.IO;
using KcpTun.Kcp;
using KcpTun.Primitives;

namespace KcpTun.Tunnel;

/// <summary>
/// The client end: accepts local connections and carries each as a stream of one of <c>conn</c> KCP sessions
/// (PROTOCOL i.2).
/// </summary>
public sealed class ClientTunnel : IDisposable
{
    /// <summary>
    /// Local connections that may wait for a session at once; more are not accepted until some get one.
    /// </summary>
    public const int MaxWaiting = 1024;

    /// <summary>
    /// Sessions of mode auto, at least. Within one, a lost segment holds up all streams behind it; streams that have
    /// one of their own do not wait for each other. They are dialled only when there are as many streams.
    /// </summary>
    public const int AutoSessions = 4;

    private static readonly TimeSpan s_acceptPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_redialPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patienceWithSlot = TimeSpan.FromMilliseconds(250);

    private readonly TunnelContext _context;
    private readonly ClientOptions _options;
    private readonly MultiPortAddress _remote;
    private readonly IStreamListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly bool _isAuto;
    private readonly SessionSlot[] _slots;
    private readonly int[] _load;
    private readonly IEntropy _entropy;
    private readonly TunnelShutdown _shutdown;
    private readonly object _gate = new();
    private TaskCompletionSource? _roomForWaiting;
    private int _waiting;

    /// <summary>Binds the local listener.</summary>
    /// <exception cref="SocketException">The local address cannot be bound.</exception>
    public ClientTunnel(TunnelContext context, IStreamListener listener)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        _options = (ClientOptions)context.Options;
        _listener = listener;
        _entropy = context.Network.CreateEntropy();
        _shutdown = new TunnelShutdown(context);
        if (!MultiPortAddress.TryParse(_options.RemoteAddr, out _remote, out string? error))
            throw new ArgumentException(error, nameof(context));
        var scavenger = new SessionScavenger(context, _options.AutoExpire, _options.ScavengeTtl, _stopping.Token);
        _isAuto = KcpProfile.Named(_options.Mode) is { IsAuto: true };
        _slots = new SessionSlot[_isAuto ? Math.Max(_options.Conn, AutoSessions) : _options.Conn];
        _load = new int[_slots.Length];
        for (int i = 0; i < _slots.Length; i++)
            _slots[i] = new SessionSlot(_options.AutoExpire, DialAsync, scavenger.Retire);
    }

    /// <summary>
    /// Accepts connections until <paramref name="stop"/>, then drains: what has been read from local connections is
    /// delivered, within <see cref="TunnelShutdown.Limit"/>.
    /// </summary>
    /// <exception cref="SocketException">The local listener failed.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using CancellationTokenRegistration registration = stop.Register(_listener.Dispose);
        try
        {
            ushort next = 0;
            while (!stop.IsCancellationRequested)
            {
                await RoomForWaitingAsync();
                if (await AcceptAsync(stop) is not { } local)
                    continue;
                int slot = _isAuto ? LeastLoaded() : next % _slots.Length;
                _ = HandleAsync(local, slot);
                next++;
            }
        }
        catch (Exception e) when (stop.IsCancellationRequested && IsClosed(e))
        {
            // The listener was closed to end the loop.
        }

        _stopping.Cancel();
        await _shutdown.DrainAsync();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _stopping.Cancel();
    }

    /// <summary>
    /// The next local connection, or null after an error that may pass (no descriptors left, for one).
    /// </summary>
    private async Task<IStreamConnection?> AcceptAsync(CancellationToken stop)
    {
        try
        {
            return await _listener.AcceptAsync(stop);
        }
        catch (SocketException e) when (!stop.IsCancellationRequested)
        {
            Log.Failed(_context.Logger, $"accept: {e.Message}");
            await _context.Delay(s_acceptPause, stop);
            return null;
        }
    }

    private async Task HandleAsync(IStreamConnection local, int slot)
    {
        AddLoad(slot, 1);
        try
        {
            MuxStream stream = await OpenStreamAsync(slot);
            string remoteName = $"{stream.Session.Remote}({stream.Id})";
            await CarryAsync(local, stream, local.RemoteName, remoteName);
        }
        catch (OperationCanceledException)
        {
            local.Dispose();
        }
        catch (IOException e)
        {
            local.Dispose();
            if (!_options.Quiet)
                Log.Failed(_context.Logger, e.Message);
        }
        finally
        {
            AddLoad(slot, -1);
        }
    }

    private void AddLoad(int slot, int streams)
    {
        lock (_gate)
            _load[slot] += streams;
    }

    private int LeastLoaded()
    {
        lock (_gate)
            return Array.IndexOf(_load, _load.Min());
    }

    private async Task CarryAsync(IStreamConnection local, MuxStream stream, string source, string destination)
    {
        if (!_options.Quiet)
            Log.StreamOpened(_context.Logger, source, destination);
        Exception? failure = await new StreamPump(_context, local, stream, _stopping.Token).RunAsync();
        if (_options.Quiet)
            return;
        if (failure is not null)
            Log.PipeFailed(_context.Logger, failure.Message, source, destination);
        Log.StreamClosed(_context.Logger, source, destination);
    }

    /// <summary>Opens a stream, once more on another session if the first ends under our hands.</summary>
    private async Task<MuxStream> OpenStreamAsync(int slot)
    {
        LinkSession session = await AcquireAsync(slot);
        try
        {
            return await session.OpenStreamAsync();
        }
        catch (IOException) when (session.HasEnded)
        {
            session = await AcquireAsync(slot);
            return await session.OpenStreamAsync();
        }
    }

    /// <summary>
    /// A session for a new stream: the slot's own, or any usable one while the slot's dial does not come through.
    /// </summary>
    private async Task<LinkSession> AcquireAsync(int slot)
    {
        Task<LinkSession> own = _slots[slot].AcquireAsync(() => _context.Now, _stopping.Token);
        if (own.IsCompleted)
            return await own;
        EnterWaiting();
        try
        {
            while (true)
            {
                await Task.WhenAny([own, _context.Delay(s_patienceWithSlot, _stopping.Token)]);
                _stopping.Token.ThrowIfCancellationRequested();
                if (own.IsCompleted)
                    return await own;
                Instant now = _context.Now;
                foreach (SessionSlot other in _slots)
                {
                    if (other.Usable(now) is { } session)
                        return session;
                }
            }
        }
        finally
        {
            LeaveWaiting();
        }
    }

    private static bool IsClosed(Exception e) =>
        e is OperationCanceledException or ObjectDisposedException or SocketException;

    /// <summary>Dials until it works: resolve afresh, pick a port of the range, open a socket of its own.</summary>
    private async Task<LinkSession> DialAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                return await DialOnceAsync(stopping);
            }
            catch (SocketException e)
            {
                Log.Reconnecting(_context.Logger, $"dial(): {_remote.Host}: {e.Message}");
            }

            await _context.Delay(s_redialPause, stopping);
        }
    }

    private async Task<LinkSession> DialOnceAsync(CancellationToken stopping)
    {
        IReadOnlyList<IPAddress> addresses = await _context.Network.ResolveAsync(_remote.Host, stopping);
        PeerAddress remote = PeerAddress.From(new IPEndPoint(addresses[0], PickPort()));
        LinkDriver driver = _context.CreateDriver(new IPEndPoint(remote.IsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, 0));
        LinkSession session = driver.Connect(remote, _context.Now);
        _shutdown.Track(driver, session);
        _context.Run(driver, $"kcptun {remote}");
        Log.SessionUp(_context.Logger, _options.SmuxVer, driver.Local, remote);
        return session;
    }

    private int PickPort()
    {
        Span<byte> random = stackalloc byte[8];
        lock (_gate)
            _entropy.Fill(random);
        ulong count = (ulong)(_remote.MaxPort - _remote.MinPort + 1);
        return _remote.MinPort + (int)(BinaryPrimitives.ReadUInt64LittleEndian(random) % count);
    }

    private void EnterWaiting()
    {
        lock (_gate)
            _waiting++;
    }

    private void LeaveWaiting()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _waiting--;
            room = _roomForWaiting;
            _roomForWaiting = null;
        }

        room?.SetResult();
    }

    private Task RoomForWaitingAsync()
    {
        lock (_gate)
        {
            if (_waiting < MaxWaiting)
                return Task.CompletedTask;
            _roomForWaiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _roomForWaiting.Task;
        }
    }
}
