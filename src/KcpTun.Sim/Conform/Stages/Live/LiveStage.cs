using System.Net;
using System.Net.Sockets;
using KcpTun.Primitives;

namespace KcpTun.Sim.Conform.Stages.Live;

/// <summary>A process behind real sockets on loopback, in real time.</summary>
internal sealed class LiveStage : IStage
{
    private const int Backlog = 512;

    private readonly Subject _subject;
    private readonly SubjectSpec _spec;
    private readonly LiveGate _gate = new();
    private readonly OutputTail _log = new();
    private readonly PortClaim _port = PortClaim.Take();
    private readonly Queue<StageDatagram> _arrived = new();
    private readonly Queue<LiveApplication> _accepted = new();
    private readonly List<LiveApplication> _applications = [];
    private readonly Dictionary<int, TesterSocket> _sockets = [];
    private readonly Dictionary<int, IPEndPoint> _heard = [];
    private IPEndPoint? _lastHeard;
    private Socket? _target;
    private SubjectProcess? _process;
    private string? _failure;

    /// <summary>Starts the subject and waits until it can be used, or is known not to work.</summary>
    public LiveStage(Subject subject, SubjectSpec spec)
    {
        _subject = subject;
        _spec = spec;
        if (spec.ClockStart is not null)
            Fail("the clock of a process cannot be set");
        try
        {
            _ = Socket(1);
            if (!IsClient)
                SetTarget(isListening: true);
        }
        catch (SocketException e)
        {
            Fail($"port {_port.Port} is taken: {e.Message}");
        }

        StartProcess();
        _gate.StartClock();
    }

    public Instant Now => _gate.Now;

    public bool IsExact => false;

    public string? Failure => _gate.Read(() => _failure);

    /// <summary>What the subject printed, as far as it is kept, and how it was started.</summary>
    public string Output => _log.ToString();

    private bool IsClient => _spec.Role == SubjectRole.Client;

    /// <summary>The first line that the subject's <c>version</c> command prints; null if there is none.</summary>
    public static string? VersionOf(Subject subject) => SubjectProcess.FirstLine(subject.Version, subject.Folder);

    public void Send(int from, ReadOnlySpan<byte> datagram)
    {
        TesterSocket socket = Socket(from);
        IPEndPoint? to = IsClient
            ? _gate.Read(() => _heard.GetValueOrDefault(from, _lastHeard!))
            : new IPEndPoint(IPAddress.Loopback, _port.Port);
        if (to is not null)
            socket.Send(datagram, to);
    }

    public void Advance(Instant deadline) => _gate.Wait(deadline);

    public bool TryReceive(out StageDatagram datagram)
    {
        lock (_gate)
            return _arrived.TryDequeue(out datagram);
    }

    public IStageApplication Open()
    {
        Socket socket = NewStreamSocket();
        try
        {
            socket.Connect(IPAddress.Loopback, _port.Port);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return new FailedApplication();
        }

        return Add(socket);
    }

    public bool TryAccept(out IStageApplication application)
    {
        lock (_gate)
        {
            bool isThere = _accepted.TryDequeue(out LiveApplication? accepted);
            application = accepted!;
            return isThere;
        }
    }

    public void SetTarget(bool isListening)
    {
        if (isListening == _target is not null)
            return;
        _target?.Dispose();
        _target = null;
        if (!isListening)
            return;
        _target = NewStreamSocket();
        // Connections of the target that was here before may still be closing.
        _target.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _target.Bind(new IPEndPoint(IPAddress.Loopback, _port.Port));
        _target.Listen(Backlog);
        Socket target = _target;
        _ = Task.Run(() => AcceptAsync(target));
    }

    public long? Counter(string name) => _subject.HasCounters ? _process?.Counter(name) : null;

    public void Stop() => _process?.Stop();

    public void Restart()
    {
        _process?.Dispose();
        StartProcess();
    }

    public void Dispose()
    {
        _process?.Dispose();
        _target?.Dispose();
        foreach (TesterSocket socket in _sockets.Values)
            socket.Dispose();
        foreach (LiveApplication application in _gate.Read(_applications.ToArray))
            application.Dispose();
        _port.Dispose();
    }

    private static Socket NewStreamSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        ReceiveBufferSize = LiveApplication.SocketBuffer,
        SendBufferSize = LiveApplication.SocketBuffer,
    };

    private void StartProcess()
    {
        if (Failure is null)
            _process = SubjectProcess.Start(_subject, _spec, _port.Port, _log, Fail);
    }

    private TesterSocket Socket(int number)
    {
        if (_sockets.TryGetValue(number, out TesterSocket? socket))
            return socket;
        socket = new TesterSocket(number, IsClient && number == 1 ? _port.Port : 0, _gate, (datagram, from) =>
        {
            _arrived.Enqueue(datagram);
            _heard[datagram.To] = from;
            _lastHeard = from;
        });
        _sockets.Add(number, socket);
        return socket;
    }

    private async Task AcceptAsync(Socket target)
    {
        try
        {
            while (true)
            {
                Socket socket = await target.AcceptAsync();
                LiveApplication application = Add(socket);
                _gate.Change(() => _accepted.Enqueue(application));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It does not listen any more.
        }
    }

    private LiveApplication Add(Socket socket)
    {
        var application = new LiveApplication(socket, _gate);
        lock (_gate)
            _applications.Add(application);
        return application;
    }

    private void Fail(string reason) => _gate.Change(() => _failure ??= reason);
}
