using System.Runtime.InteropServices;

namespace KcpTun.Bench.Reports;

/// <summary>Where figures were measured: they mean nothing elsewhere.</summary>
internal static class Machine
{
    private const string ModelKey = "model name";

    /// <summary>Processor, cores, kernel, runtime and load in one line.</summary>
    public static string Describe()
    {
        string model = File.ReadLines("/proc/cpuinfo")
            .Where(line => line.StartsWith(ModelKey, StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
            .FirstOrDefault("unknown processor");
        string load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return $"{model}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, "
            + $"{RuntimeInformation.FrameworkDescription}; load average at the end {load}.";
    }
}
