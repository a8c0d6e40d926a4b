using System.Net;
using KcpTun.Primitives;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Conform.Stages.Virtual;

/// <summary>
/// The protocol cores alone: a driver on a virtual socket, its streams as applications, exact virtual time. There is
/// neither TCP nor the tunnel's pumps, so an application's bytes reach the mux in the moment it sends them.
/// </summary>
internal sealed class CoreStage : VirtualStage
{
    private readonly List<CoreApplication> _applications = [];
    private readonly Queue<CoreApplication> _accepted = new();
    private CancellationTokenSource _stopping = new();
    private TunnelShutdown? _shutdown;
    private SessionSlot[] _slots = [];
    private int _nextSlot;
    private bool _isListening = true;

    public CoreStage(SubjectSpec spec)
        : base(spec)
    {
        Host.AfterStep = _ => PumpAll();
        if (Failure is null)
            StartSubject();
    }

    public override bool TryAccept(out IStageApplication application)
    {
        bool isThere = _accepted.TryDequeue(out CoreApplication? accepted);
        application = accepted!;
        return isThere;
    }

    public override void SetTarget(bool isListening) => _isListening = isListening;

    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    protected override void StartSubject()
    {
        _stopping.Dispose();
        _stopping = new CancellationTokenSource();
        _shutdown = new TunnelShutdown(Context!);
        if (Options is ClientOptions client)
        {
            var scavenger = new SessionScavenger(Context!, client.AutoExpire, client.ScavengeTtl, _stopping.Token);
            _slots = new SessionSlot[client.Conn];
            for (int i = 0; i < _slots.Length; i++)
                _slots[i] = new SessionSlot(client.AutoExpire, DialAsync, scavenger.Retire);
            return;
        }

        Start(() =>
        {
            LinkDriver driver = Context!.CreateDriver(new IPEndPoint(IPAddress.Any, TesterWire.FirstPort));
            _shutdown.Track(driver);
            Context.Run(driver, "core");
            return AcceptSessionsAsync(driver);
        });
    }

    protected override IStageApplication OpenApplication()
    {
        CoreApplication application = Add();
        if (IsClient && !_stopping.IsCancellationRequested)
            Start(() => OpenStreamAsync(application, _slots[_nextSlot++ % _slots.Length]));
        else
            application.Refuse();
        return application;
    }

    protected override async Task StopSubjectAsync()
    {
        _stopping.Cancel();
        foreach (CoreApplication application in _applications)
            application.Shut();
        await _shutdown!.DrainAsync();
        PumpAll();
    }

    private CoreApplication Add()
    {
        var application = new CoreApplication(Context!.CreateKeystream(), Context.CreateKeystream(), Notice);
        _applications.Add(application);
        return application;
    }

    private void PumpAll()
    {
        foreach (CoreApplication application in _applications)
            application.Pump();
        _applications.RemoveAll(static application => application.IsOver);
    }

    private Task<LinkSession> DialAsync(CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        LinkDriver driver = Context!.CreateDriver(new IPEndPoint(IPAddress.Any, 0));
        PeerAddress tester = PeerAddress.From(new IPEndPoint(TesterWire.Address, TesterWire.FirstPort));
        LinkSession session = driver.Connect(tester, Context.Now);
        _shutdown!.Track(driver, session);
        Context.Run(driver, "core");
        return Task.FromResult(session);
    }

    private async Task OpenStreamAsync(CoreApplication application, SessionSlot slot)
    {
        try
        {
            LinkSession session = await slot.AcquireAsync(() => Context!.Now, _stopping.Token);
            application.Attach(await session.OpenStreamAsync());
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            application.Refuse();
        }
    }

    private async Task AcceptSessionsAsync(LinkDriver driver)
    {
        while (await driver.AcceptAsync() is { } session)
            Start(() => ServeAsync(session));
    }

    private async Task ServeAsync(LinkSession session)
    {
        _shutdown!.Track(session);
        while (await session.AcceptStreamAsync() is { } stream)
        {
            // As the tunnel does when nobody listens at the target.
            if (!_isListening)
            {
                stream.Abort();
                continue;
            }

            CoreApplication application = Add();
            _accepted.Enqueue(application);
            application.Attach(stream);
            Notice();
        }
    }
}
