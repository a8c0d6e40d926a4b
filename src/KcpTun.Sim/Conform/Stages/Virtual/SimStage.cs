using System.Net.Sockets;
using KcpTun.IO;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Conform.Stages.Virtual;

/// <summary>
/// The whole tunnel as it ships, on a virtual machine with virtual TCP: what it is in production but for the
/// operating system, in exact time.
/// </summary>
internal sealed class SimStage : VirtualStage
{
    private readonly Queue<SimApplication> _accepted = new();
    private CancellationTokenSource _stopping = new();
    private IStreamListener? _target;
    private Task _tunnel = Task.CompletedTask;

    public SimStage(SubjectSpec spec)
        : base(spec)
    {
        if (Failure is not null)
            return;
        if (!IsClient)
            SetTarget(isListening: true);
        StartSubject();
    }

    public override bool TryAccept(out IStageApplication application)
    {
        bool isThere = _accepted.TryDequeue(out SimApplication? accepted);
        application = accepted!;
        return isThere;
    }

    public override void SetTarget(bool isListening)
    {
        if (isListening == _target is not null)
            return;
        _target?.Dispose();
        _target = isListening ? Host.Listen(VirtualAddresses.Target) : null;
        if (_target is { } target)
            Start(() => AcceptAsync(target));
    }

    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    protected override void StartSubject()
    {
        _stopping.Dispose();
        _stopping = new CancellationTokenSource();
        Start(() => _tunnel = IsClient ? RunClientAsync() : RunServerAsync());
    }

    protected override IStageApplication OpenApplication()
    {
        try
        {
            Task<IStreamConnection> connecting =
                Host.ConnectAsync(VirtualAddresses.Entrance, CancellationToken.None).AsTask();
            return Add(connecting.GetAwaiter().GetResult());
        }
        catch (SocketException)
        {
            return new FailedApplication();
        }
    }

    protected override async Task StopSubjectAsync()
    {
        _stopping.Cancel();
        await _tunnel;
    }

    private async Task RunServerAsync()
    {
        using var server = new ServerTunnel(Context!);
        await server.ListenAsync(_stopping.Token);
        await server.RunAsync(_stopping.Token);
    }

    private async Task RunClientAsync()
    {
        using var client = new ClientTunnel(Context!, Host.Listen(VirtualAddresses.Entrance));
        await client.RunAsync(_stopping.Token);
    }

    private async Task AcceptAsync(IStreamListener target)
    {
        try
        {
            while (true)
            {
                IStreamConnection connection = await target.AcceptAsync(CancellationToken.None);
                _accepted.Enqueue(Add(connection));
                Notice();
            }
        }
        catch (SocketException)
        {
            // It does not listen any more.
        }
    }

    private SimApplication Add(IStreamConnection connection)
    {
        var application = new SimApplication(connection, Notice);
        Start(application.ReadAsync);
        Start(application.WriteAsync);
        return application;
    }
}
