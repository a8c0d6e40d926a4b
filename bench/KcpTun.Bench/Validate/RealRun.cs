using System.Net;
using KcpTun.GoInterop;
using KcpTun.Sim.Workloads;

namespace KcpTun.Bench.Validate;

/// <summary>One run over real sockets.</summary>
/// <param name="Ends">Whose programs, as in <c>ours->go-20260314</c>.</param>
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
    /// <exception cref="IOException">
    /// It did not start, or did not finish in time or not in the right way: the first line says which tunnel and why,
    /// the others what its programs printed last.
    /// </exception>
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
        string[] common = ["--key", "kcptun-sim"];
        TunnelPlan plan = new()
        {
            Client = setup.Ends.Client,
            Server = setup.Ends.Server,
            ClientFlags = [.. setup.ClientFlags, .. common, .. BenchTunnel.CommonFlags(setup.Ends.Client)],
            ServerFlags = [.. setup.ServerFlags, .. common, .. BenchTunnel.CommonFlags(setup.Ends.Server)],
            StartPath = server => path = RelayedPath.Start(setup.Link, server, seed),
        };
        await using RunningTunnel tunnel = await StartAsync(setup, plan, application.Target, limit.Token);
        try
        {
            double before = CpuOf(tunnel);
            await application.RunAsync(new IPEndPoint(IPAddress.Loopback, tunnel.EntryPort), limit.Token);
            TimeSpan duration = application.Duration;
            return new RealRun(
                setup.Ends.ToString(),
                workload.Text,
                seed,
                RunFigures.Of(
                    workload,
                    application.Bytes,
                    (long)duration.TotalNanoseconds,
                    application.Latencies,
                    application.BytesAtFirstEnd),
                duration.TotalSeconds,
                CpuOf(tunnel) - before,
                path!.MeanLatenessMs,
                path.LateShare);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"{setup.Name}: {Reason(e)}\n{tunnel.Describe()}", e);
        }
    }

    private static async Task<RunningTunnel> StartAsync(
        RealTunnel setup, TunnelPlan plan, string target, CancellationToken cancellation)
    {
        try
        {
            return await RunningTunnel.StartAsync(plan, target, cancellation);
        }
        catch (InvalidOperationException e)
        {
            throw new IOException($"{setup.Name}: {e.Message}", e);
        }
    }

    private static string Reason(Exception failure) => failure is OperationCanceledException
        ? $"did not finish in {s_limit.TotalMinutes:0} minutes"
        : failure.Message;

    private static double CpuOf(RunningTunnel tunnel) =>
        tunnel.Client.ReadUsage().CpuSeconds + tunnel.Server.ReadUsage().CpuSeconds;
}
