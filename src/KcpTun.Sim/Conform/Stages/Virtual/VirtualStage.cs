using System.Net;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Network;
using KcpTun.Sim.Running;
using KcpTun.Tunnel;
using Microsoft.Extensions.Logging.Abstractions;

namespace KcpTun.Sim.Conform.Stages.Virtual;

/// <summary>
/// A stage in virtual time: the subject is on a machine of its own, and what it sends at a moment arrives at that
/// moment. Everything happens on the thread that made the stage, inside its calls.
/// </summary>
internal abstract class VirtualStage : IStage
{
    /// <summary>KCP's clock at the start where nobody says what it shows, ms: some value that is not 0.</summary>
    private const uint UsualClock = 1000;

    /// <summary>Virtual time the subject has to end, ns: more than it takes for a drain.</summary>
    private const long StopLimit = 60 * SimTime.Second;

    private static readonly IPAddress s_address = IPAddress.Parse("10.0.0.1");
    private static readonly PeerAddress s_listening =
        PeerAddress.From(new IPEndPoint(s_address, TesterWire.FirstPort));

    private readonly SimLoop _loop = new();
    private readonly TesterWire _wire;
    private readonly Func<bool> _hasNewsNow;
    private bool _hasNews;
    private Instant _lost;

    protected VirtualStage(SubjectSpec spec)
    {
        IsClient = spec.Role == SubjectRole.Client;
        _hasNewsNow = () => _hasNews;
        _wire = new TesterWire(_loop, Notice) { Subject = IsClient ? null : s_listening };
        var clock = new SimClock(_loop, (spec.ClockStart ?? UsualClock) * SimTime.Millisecond);
        Host = new SimHost("subject", s_address, _wire, clock, new RandomStream(1, "subject"), HostFaults.None);
        try
        {
            TunnelOptions options = SubjectSettings.Read(spec);
            Options = options switch
            {
                ServerOptions server => server with
                {
                    Listen = $":{TesterWire.FirstPort}",
                    Target = VirtualAddresses.Target.ToString(),
                },
                ClientOptions client => client with
                {
                    LocalAddr = VirtualAddresses.Entrance.ToString(),
                    RemoteAddr = $"{TesterWire.Address}:{TesterWire.FirstPort}",
                },
                _ => options,
            };
            Context = CreateContext();
        }
        catch (ArgumentException e)
        {
            Fail(e.Message);
        }
    }

    public Instant Now
    {
        get
        {
            var now = new Instant(_loop.Now / SimTime.Microsecond);
            return now > _lost ? now : _lost;
        }
    }

    public bool IsExact => true;

    public string? Failure { get; private set; }

    public string Output => "";

    /// <summary>The subject's machine.</summary>
    protected SimHost Host { get; }

    protected bool IsClient { get; }

    /// <summary>The subject's settings, addresses included; null if it did not start.</summary>
    protected TunnelOptions? Options { get; }

    /// <summary>The running tunnel's; null if it did not start.</summary>
    protected TunnelContext? Context { get; private set; }

    public void Send(int from, ReadOnlySpan<byte> datagram) => _wire.Send(Host, from, datagram);

    public void Advance(Instant deadline)
    {
        if (Failure is null)
            Run(_hasNewsNow, deadline == Instant.Never ? SimTime.Never : deadline.Microseconds * SimTime.Microsecond);
        if (Failure is not null && deadline != Instant.Never)
            _lost = deadline;
        _hasNews = false;
    }

    public bool TryReceive(out StageDatagram datagram) => _wire.TryReceive(out datagram);

    public IStageApplication Open() => Failure is null ? OpenApplication() : new FailedApplication();

    public abstract bool TryAccept(out IStageApplication application);

    public abstract void SetTarget(bool isListening);

    public long? Counter(string name) => SnmpFields.Find(name) is { } field && Context is not null
        ? field.Read(Context.Snapshot())
        : null;

    public void Stop()
    {
        if (Failure is not null)
            return;
        bool hasStopped = false;
        Start(async () =>
        {
            await StopSubjectAsync();
            hasStopped = true;
        });
        if (!Run(() => hasStopped, _loop.Now + StopLimit) && Failure is null)
            Fail($"it has not stopped after {StopLimit / SimTime.Second} s");
        Host.Find(s_listening)?.Dispose();
    }

    public void Restart()
    {
        if (Failure is not null)
            return;
        Context = CreateContext();
        StartSubject();
    }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Starts the subject, at the beginning and after a stop.</summary>
    protected abstract void StartSubject();

    protected abstract IStageApplication OpenApplication();

    /// <summary>Ends the subject; called inside the loop.</summary>
    protected abstract Task StopSubjectAsync();

    /// <summary>Something happened for which <see cref="Advance"/> returns.</summary>
    protected void Notice() => _hasNews = true;

    /// <summary>Starts something asynchronous inside the loop; what it throws ends the subject.</summary>
    protected void Start(Func<Task> action)
    {
        if (SynchronizationContext.Current == _loop)
        {
            _ = GuardAsync(action);
            return;
        }

        _loop.Post(_ => _ = GuardAsync(action), null);
        Run(() => true, _loop.Now);
    }

    private TunnelContext CreateContext() =>
        TunnelContext.Create(Options!, Host, NullLogger.Instance, KeyCache.Of(Options!));

    private async Task GuardAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fail($"crash: {e}");
        }
    }

    private bool Run(Func<bool> isDone, long limit)
    {
        try
        {
            bool isReached = _loop.Run(isDone, limit);
            if (_loop.Violation is { } violation)
                Fail(violation);
            return isReached;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fail($"crash: {e}");
            return false;
        }
    }

    private void Fail(string reason)
    {
        Failure ??= reason;
        _hasNews = true;
    }
}
