using System.Text.Json;

namespace KcpTun.Bench.Reports;

/// <summary>Everything measured, of one invocation or several.</summary>
internal sealed record ReportData(IReadOnlyList<Session> Sessions, IReadOnlyList<Sample> Samples)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static ReportData Empty { get; } = new([], []);

    /// <exception cref="JsonException">It is no report.</exception>
    public static ReportData FromJson(string json)
    {
        ReportData? data = JsonSerializer.Deserialize<ReportData>(json, s_json);
        return data is { Sessions: not null, Samples: not null }
            ? data
            : throw new JsonException("A report has sessions and samples.");
    }

    public string ToJson() => JsonSerializer.Serialize(this, s_json) + "\n";

    /// <summary>Puts reports together; a session that is in several of them counts once, as the last has it.</summary>
    public static ReportData Merge(IEnumerable<ReportData> reports)
    {
        var sessions = new Dictionary<string, (Session Session, Sample[] Samples)>();
        foreach (ReportData report in reports)
        {
            foreach (Session session in report.Sessions)
            {
                Sample[] own = [.. report.Samples.Where(sample => sample.Session == session.Id)];
                sessions[session.Id] = (session, own);
            }
        }

        (Session Session, Sample[] Samples)[] ordered =
            [.. sessions.Values.OrderBy(entry => entry.Session.Id, StringComparer.Ordinal)];
        return new ReportData(
            [.. ordered.Select(entry => entry.Session)], [.. ordered.SelectMany(entry => entry.Samples)]);
    }
}
