using System.Net;
using KcpTun.GoInterop;
using KcpTun.Sim.Workloads;

namespace KcpTun.Bench.Validate;

/// <summary>One run over real sockets.</summary>
/// <param name="Ends">Whose programs.</param>
/// <param name="Seed">Of the relay's path.</param>
/// <param name="CpuSeconds">CPU time of both processes.</param>
/// <param name="Seconds">How long the workload took.</param>
/// <param name="LatenessMs">Mean time by which datagrams left the relay too late.</param>
/// <param name="LateShare">Share of the datagrams that left it more than a millisecond late.</param>
internal sealed record RealRun(
    string Ends,
    string Workload,
    ulong Seed,
    RunFigures Figures,
    double Seconds,
    double CpuSeconds,
    double LatenessMs,
    double LateShare)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    /// <summary>Runs a workload through a tunnel of its own.</summary>
    /// <exception cref="IOException">It did not finish in time or not in the right way.</exception>
    public static async Task<RealRun> ExecuteAsync(
        RealTunnel setup,
        WorkloadSpec workload,
        ulong seed,
        CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        await using var application = new RealApplication(workload);
        RelayedPath? path = null;
        string[] common = ["--key", "kcptun-sim", "--closewait", "0", "--quiet"];
        TunnelPlan plan = new()
        {
            Client = setup.Ends.Client,
            Server = setup.Ends.Server,
            ClientFlags = [.. setup.ClientFlags, .. common],
            ServerFlags = [.. setup.ServerFlags, .. common],
            StartPath = server => path = RelayedPath.Start(setup.Link, server, seed),
        };
        await using RunningTunnel tunnel = await RunningTunnel.StartAsync(plan, application.Target, limit.Token);
        try
        {
            double before = CpuOf(tunnel);
            await application.RunAsync(new IPEndPoint(IPAddress.Loopback, tunnel.EntryPort), limit.Token);
            TimeSpan duration = application.Duration;
            return new RealRun(
                setup.Name,
                workload.Text,
                seed,
                RunFigures.Of(workload, application.Bytes, (long)duration.TotalNanoseconds, application.Latencies),
                duration.TotalSeconds,
                CpuOf(tunnel) - before,
                path!.MeanLatenessMs,
                path.LateShare);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"{setup.Name}, {workload.Text}: {e.Message}\n{tunnel.Describe()}", e);
        }
    }

    private static double CpuOf(RunningTunnel tunnel) =>
        tunnel.Client.ReadUsage().CpuSeconds + tunnel.Server.ReadUsage().CpuSeconds;
}
