using KcpTun.GoInterop;
using KcpTun.GoInterop.Processes;

namespace KcpTun.Bench.EndToEnd;

/// <summary>CPU time of both ends and of this process, which makes the traffic, from one moment to another.</summary>
internal readonly record struct CpuMeter(ProcessUsage Client, ProcessUsage Server, TimeSpan Generator)
{
    public double ClientSeconds => Client.CpuSeconds;

    public double ServerSeconds => Server.CpuSeconds;

    /// <summary>Both ends of the tunnel.</summary>
    public double Seconds => ClientSeconds + ServerSeconds;

    public static CpuMeter Read(RunningTunnel tunnel) =>
        new(tunnel.Client.ReadUsage(), tunnel.Server.ReadUsage(), Environment.CpuUsage.TotalTime);

    /// <summary>What has been used since an earlier reading; memory as it is now.</summary>
    public CpuMeter Since(CpuMeter earlier) => new(
        Since(Client, earlier.Client), Since(Server, earlier.Server), Generator - earlier.Generator);

    private static ProcessUsage Since(ProcessUsage now, ProcessUsage earlier) => now with
    {
        UserTicks = now.UserTicks - earlier.UserTicks,
        SystemTicks = now.SystemTicks - earlier.SystemTicks,
    };
}
