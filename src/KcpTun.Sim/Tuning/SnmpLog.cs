using System.Globalization;

namespace KcpTun.Sim.Tuning;

/// <summary>Counters of a kcptun over a stretch of time.</summary>
/// <param name="Seconds">How long it was.</param>
internal sealed record SnmpSpan(long Seconds)
{
    private readonly Dictionary<string, long> _increase = [];

    /// <summary>By how much a counter has grown; 0 if the log has no such column.</summary>
    public long this[string column]
    {
        get => _increase.GetValueOrDefault(column);
        set => _increase[column] = value;
    }

    public bool Has(string column) => _increase.ContainsKey(column);
}

/// <summary>
/// The CSV that <c>--snmplog</c> writes, ours and Go's: a header, then a record a period, of counters that only grow
/// while the process lives.
/// </summary>
internal sealed class SnmpLog
{
    private const string Time = "Unix";

    /// <summary>Without these there is nothing to estimate from.</summary>
    private static readonly string[] s_required =
        ["InPkts", "OutPkts", "OutBytes", "BytesSent", "RetransSegs", "FECRecovered"];

    private readonly string[] _columns;
    private readonly List<long[]> _records;

    private SnmpLog(string[] columns, List<long[]> records)
    {
        _columns = columns;
        _records = records;
    }

    /// <summary>When the first record was written, s since 1970.</summary>
    public long Begin => _records[0][0];

    /// <summary>When the last record was written, s since 1970.</summary>
    public long End => _records[^1][0];

    /// <summary>Reads a log.</summary>
    /// <param name="error">One line that says what is wrong with it, or null.</param>
    public static SnmpLog? Parse(string text, out string? error)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] columns = lines.Length == 0 ? [] : lines[0].Split(',');
        if (columns.Length == 0 || columns[0] != Time)
        {
            error = $"no snmplog of kcptun: the first line is to begin with {Time},BytesSent,…";
            return null;
        }

        if (s_required.FirstOrDefault(name => !columns.Contains(name)) is { } missing)
        {
            error = $"the header has no column {missing}";
            return null;
        }

        List<long[]> records = [];
        for (int i = 1; i < lines.Length; i++)
        {
            // A process that finds its file empty begins with a header, and logs are put together with cat.
            if (lines[i] == lines[0])
                continue;
            if (Record(lines[i], columns.Length) is not { } record)
            {
                error = $"line {i + 1}: {columns.Length} whole numbers are expected";
                return null;
            }

            if (records.Count > 0 && record[0] < records[^1][0])
            {
                error = $"line {i + 1}: it is older than the line before";
                return null;
            }

            records.Add(record);
        }

        error = records.Count < 2 ? "at least two records are needed, because what counts is what happened in between"
            : null;
        return error is null ? new SnmpLog(columns, records) : null;
    }

    /// <summary>What happened between the records of two times; after a restart counting goes on from zero.</summary>
    /// <returns>Null if there are no two records.</returns>
    public SnmpSpan? Between(long begin, long end)
    {
        long[][] records = [.. _records.Where(record => record[0] >= begin && record[0] <= end)];
        if (records.Length < 2)
            return null;
        SnmpSpan span = new(records[^1][0] - records[0][0]);
        for (int column = 1; column < _columns.Length; column++)
        {
            long sum = 0;
            for (int i = 1; i < records.Length; i++)
                sum += Grown(records[i - 1], records[i], column);
            span[_columns[column]] = sum;
        }

        return span;
    }

    /// <summary>Everything.</summary>
    public SnmpSpan Whole() => Between(Begin, End)!;

    /// <summary>The most that went out in one period, bits a second with IPv4 and UDP headers.</summary>
    public double PeakRate(int headerBytes)
    {
        int bytes = Array.IndexOf(_columns, "OutBytes");
        int packets = Array.IndexOf(_columns, "OutPkts");
        double most = 0;
        for (int i = 1; i < _records.Count; i++)
        {
            long seconds = _records[i][0] - _records[i - 1][0];
            long sent = Grown(_records[i - 1], _records[i], bytes)
                + (headerBytes * Grown(_records[i - 1], _records[i], packets));
            if (seconds > 0)
                most = Math.Max(most, 8.0 * sent / seconds);
        }

        return most;
    }

    private static long Grown(long[] before, long[] after, int column) =>
        after[column] >= before[column] ? after[column] - before[column] : after[column];

    private static long[]? Record(string line, int columns)
    {
        string[] cells = line.Split(',');
        if (cells.Length != columns)
            return null;
        long[] record = new long[columns];
        for (int i = 0; i < columns; i++)
        {
            if (!long.TryParse(cells[i], NumberStyles.None, CultureInfo.InvariantCulture, out record[i]))
                return null;
        }

        return record;
    }
}
