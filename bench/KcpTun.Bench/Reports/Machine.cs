using System.Diagnostics;
using System.Runtime.InteropServices;
using KcpTun.GoInterop;

namespace KcpTun.Bench.Reports;

/// <summary>Where and of what figures were measured: they mean nothing elsewhere.</summary>
internal static class Machine
{
    private const string ModelKey = "model name";

    /// <summary>The load average of the last minute.</summary>
    public static string Load => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    /// <summary>Processor, cores, kernel and runtime in one line.</summary>
    public static string Describe()
    {
        string model = File.ReadLines("/proc/cpuinfo")
            .Where(line => line.StartsWith(ModelKey, StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
            .FirstOrDefault("unknown processor");
        return $"{model}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, "
            + RuntimeInformation.FrameworkDescription;
    }

    /// <summary>What is checked out, with a mark if it has been changed; <c>unknown</c> without Git.</summary>
    public static string Commit()
    {
        ProcessStartInfo start = new("git", ["describe", "--always", "--dirty", "--exclude=*"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process git = Process.Start(start)!;
            string said = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? said : "unknown";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }
}
