using KcpTun.GoInterop;
using KcpTun.GoInterop.Processes;

namespace KcpTun.Bench.EndToEnd;

/// <summary>One pair in one round.</summary>
/// <param name="Round">The round, from 0.</param>
/// <param name="Pair">Who was measured.</param>
/// <param name="Upload">From client to server.</param>
/// <param name="Download">From server to client.</param>
/// <param name="EchoMedian">Median round trip of 64 bytes on the idle tunnel.</param>
/// <param name="EchoTail">99th percentile of the same.</param>
/// <param name="ClientPeakBytes">Most memory the client had in use.</param>
/// <param name="ServerPeakBytes">Most memory the server had in use.</param>
public sealed record EndToEndSample(
    int Round,
    Pair Pair,
    TransferSample Upload,
    TransferSample Download,
    TimeSpan EchoMedian,
    TimeSpan EchoTail,
    long ClientPeakBytes,
    long ServerPeakBytes);

/// <summary>One transfer in one direction.</summary>
/// <param name="Bytes">Application bytes moved.</param>
/// <param name="Elapsed">From the request to the far end's receipt.</param>
/// <param name="ClientCpuSeconds">User and system time of the client during it.</param>
/// <param name="ServerCpuSeconds">User and system time of the server during it.</param>
public sealed record TransferSample(long Bytes, TimeSpan Elapsed, double ClientCpuSeconds, double ServerCpuSeconds)
{
    /// <summary>Application megabytes (10^6) a second.</summary>
    public double MegabytesPerSecond => Bytes / Elapsed.TotalSeconds / 1e6;

    /// <summary>CPU time of both processes for one application byte, ns.</summary>
    public double CpuNanosecondsPerByte => (ClientCpuSeconds + ServerCpuSeconds) * 1e9 / Bytes;

    /// <summary>Builds a sample from the usage before and after.</summary>
    public static TransferSample Between(
        long bytes,
        TimeSpan elapsed,
        (ProcessUsage Client, ProcessUsage Server) before,
        (ProcessUsage Client, ProcessUsage Server) after) => new(
            bytes,
            elapsed,
            after.Client.CpuSeconds - before.Client.CpuSeconds,
            after.Server.CpuSeconds - before.Server.CpuSeconds);
}
