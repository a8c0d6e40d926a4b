using System.Globalization;
using KcpTun.GoInterop.Processes;
using KcpTun.Sim.Conform.Stages.Live;

namespace KcpTun.Bench.EndToEnd;

/// <summary>The counters that a client or server logs on SIGUSR1.</summary>
internal static class Counters
{
    private const string Mark = "KCP SNMP:&{";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    /// <summary>Asks for them.</summary>
    /// <returns>Null when no answer comes.</returns>
    public static async Task<IReadOnlyDictionary<string, long>?> ReadAsync(
        TunnelProcess process, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        Task<string?> answer = process.Output.NextAsync(
            line => line.Contains(Mark, StringComparison.Ordinal), limit.Token);
        Signals.SendUser(process.Id);
        try
        {
            return await answer is { } line ? Parse(line) : null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Reads a line such as <c>KCP SNMP:&amp;{BytesSent:1 BytesReceived:2}</c>.</summary>
    public static IReadOnlyDictionary<string, long> Parse(string line)
    {
        int start = line.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length;
        return line[start..].TrimEnd('}', ' ').Split(' ')
            .Select(field => field.Split(':'))
            .ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
