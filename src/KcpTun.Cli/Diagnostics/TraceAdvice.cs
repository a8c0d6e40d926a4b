using System.Globalization;

namespace KcpTun.Cli.Diagnostics;

/// <summary>What <c>--pprof</c> says here, where there is no HTTP profiler.</summary>
internal static class TraceAdvice
{
    /// <summary>One line that names the commands to trace a process.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="isNative">True for a NativeAOT build, which the .NET tools cannot sample.</param>
    public static string Line(int processId, bool isNative)
    {
        string pid = processId.ToString(CultureInfo.InvariantCulture);
        return isNative
            ? $"pprof: there is no server on :6060; trace this native build with: perf record -g -p {pid}"
            : $"pprof: there is no server on :6060; trace this process with: dotnet-trace collect -p {pid}, "
                + $"watch it with: dotnet-counters monitor -p {pid}";
    }
}
