using System.Globalization;

namespace KcpTun.GoInterop.Processes;

/// <summary>What a process has used so far, from /proc.</summary>
/// <param name="UserTicks">Time of all its threads in the program itself, in ticks of 10 ms.</param>
/// <param name="SystemTicks">Time of all its threads in the kernel, in ticks of 10 ms.</param>
/// <param name="ResidentBytes">Memory in use now.</param>
/// <param name="PeakResidentBytes">The most memory it has used.</param>
public readonly record struct ProcessUsage(
    long UserTicks, long SystemTicks, long ResidentBytes, long PeakResidentBytes)
{
    /// <summary>USER_HZ, which Linux fixes at 100 for every program.</summary>
    public const int TicksPerSecond = 100;

    private const int UserTimeField = 11;
    private const int SystemTimeField = 12;

    /// <summary>User and system time, seconds.</summary>
    public double CpuSeconds => UserSeconds + SystemSeconds;

    /// <summary>User time, seconds.</summary>
    public double UserSeconds => (double)UserTicks / TicksPerSecond;

    /// <summary>System time, seconds.</summary>
    public double SystemSeconds => (double)SystemTicks / TicksPerSecond;

    /// <summary>Reads the usage of a running process.</summary>
    public static ProcessUsage Read(int processId)
    {
        string stat = File.ReadAllText($"/proc/{processId}/stat");
        // The program's name may contain spaces and parentheses; the numbered fields start after its last one.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        string[] status = File.ReadAllLines($"/proc/{processId}/status");
        return new ProcessUsage(
            Parse(fields[UserTimeField]),
            Parse(fields[SystemTimeField]),
            Kibibytes(status, "VmRSS:") * 1024,
            Kibibytes(status, "VmHWM:") * 1024);
    }

    private static long Kibibytes(string[] status, string name)
    {
        string? line = status.FirstOrDefault(candidate => candidate.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal));
    }

    private static long Parse(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
