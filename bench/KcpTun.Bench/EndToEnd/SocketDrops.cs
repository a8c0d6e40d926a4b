using System.Globalization;

namespace KcpTun.Bench.EndToEnd;

/// <summary>Datagrams that the kernel dropped because a process did not take them in time.</summary>
internal static class SocketDrops
{
    private const string LinkPrefix = "socket:[";
    private const int InodeColumn = 9;
    private const int DropsColumn = 12;

    private static readonly string[] s_tables = ["/proc/net/udp", "/proc/net/udp6"];

    /// <summary>Of all UDP sockets that the process has open.</summary>
    public static long Of(int processId)
    {
        HashSet<string> inodes = [.. new DirectoryInfo($"/proc/{processId}/fd").EnumerateFileSystemInfos()
            .Select(file => file.LinkTarget)
            .OfType<string>()
            .Where(target => target.StartsWith(LinkPrefix, StringComparison.Ordinal))
            .Select(target => target[LinkPrefix.Length..^1])];
        return s_tables.SelectMany(table => File.ReadAllLines(table).Skip(1)).Sum(line => Read(line, inodes));
    }

    /// <summary>The drops in a line of the kernel's table if its socket is one of these, else 0.</summary>
    public static long Read(string line, IReadOnlySet<string> inodes)
    {
        string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return columns.Length > DropsColumn && inodes.Contains(columns[InodeColumn])
            ? long.Parse(columns[DropsColumn], CultureInfo.InvariantCulture)
            : 0;
    }
}
