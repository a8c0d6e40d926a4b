using System.Globalization;
using System.Text;
using KcpTun.Primitives;
using KcpTun.Settings;
using Microsoft.Extensions.Logging;

namespace KcpTun.Cli.Diagnostics;

/// <summary>Appends the counters to a CSV file once a period (PROTOCOL i.5, OPTIONS §4).</summary>
internal sealed partial class SnmpLogger
{
    // Task.Delay takes no more; a period of 49 days has no use anyway.
    private static readonly TimeSpan s_longestPeriod = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly string _path;
    private readonly TimeSpan _period;
    private readonly Func<SnmpCounters> _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="path">Directory, taken literally, and file name, a Go time layout.</param>
    /// <param name="seconds">Seconds between two records, at least 1.</param>
    /// <param name="counters">The counters of the moment.</param>
    /// <param name="time">Local time, and what the period follows.</param>
    /// <param name="logger">Hears of files that cannot be written; the next period tries again.</param>
    public SnmpLogger(string path, int seconds, Func<SnmpCounters> counters, TimeProvider time, ILogger logger)
    {
        _path = path;
        _period = TimeSpan.FromSeconds(seconds);
        if (_period > s_longestPeriod)
            _period = s_longestPeriod;
        _counters = counters;
        _time = time;
        _logger = logger;
    }

    /// <summary>
    /// Writes a record after every full period until cancelled. A folder that is missing is said at once, not only a
    /// period later; it may still be made.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        string first = FileFor(_time.GetLocalNow());
        if (Path.GetDirectoryName(Path.GetFullPath(first)) is { } folder && !Directory.Exists(folder))
            Failed(_logger, FileErrors.Describe("open", first, new DirectoryNotFoundException()));
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(_period, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancellation.IsCancellationRequested)
                WriteRecord();
        }
    }

    /// <summary>Appends one record, with the header before it when the file is empty.</summary>
    public void WriteRecord()
    {
        DateTimeOffset now = _time.GetLocalNow();
        string path = FileFor(now);
        try
        {
            using FileStream file = new(
                path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            string header = file.Length == 0 ? Header() : "";
            file.Write(Encoding.UTF8.GetBytes(header + Record(now, _counters())));
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Failed(_logger, FileErrors.Describe("open", path, failure));
        }
    }

    /// <summary>The path of the moment: the layout is applied to what follows the last slash only.</summary>
    public string FileFor(DateTimeOffset now)
    {
        int name = _path.LastIndexOfAny(['/', Path.DirectorySeparatorChar]) + 1;
        return _path[..name] + GoTimeLayout.Format(now, _path[name..]);
    }

    private static string Header() => $"Unix,{string.Join(',', SnmpFields.Columns.Select(field => field.Name))}\n";

    private static string Record(DateTimeOffset now, SnmpCounters counters)
    {
        string unix = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"{unix},{string.Join(',', SnmpFields.Columns.Select(field => field.Read(counters)))}\n";
    }

    [LoggerMessage(EventId = 130, Level = LogLevel.Error, Message = "snmp logger: {Error}")]
    private static partial void Failed(ILogger logger, string error);
}
