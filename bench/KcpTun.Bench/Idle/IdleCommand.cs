using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Processes;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Bench.Idle;

/// <summary><c>idle</c>: what tunnels cost that carry nothing.</summary>
public static class IdleCommand
{
    private const double Mebibyte = 1024 * 1024;

    // The echoes that open the sessions leave acknowledgements and parity behind.
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        Option<int> sessions = new("--sessions")
        {
            Description = "KCP sessions, each with one open connection",
            DefaultValueFactory = _ => 10,
        };
        Option<int> seconds = new("--seconds")
        {
            Description = "How long to watch",
            DefaultValueFactory = _ => 20,
        };
        Option<Pair[]> pairs = PairOption.Create("go-new:go-new", "ours:ours", "go-old:go-old");
        Argument<string[]> flags = new("flags") { Description = "kcptun flags of both ends, after --" };
        Command command = new("idle", "CPU and memory of client and server while nothing is sent.")
        {
            sessions, seconds, pairs, flags,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(pairs),
            parsed.GetRequiredValue(sessions),
            TimeSpan.FromSeconds(parsed.GetRequiredValue(seconds)),
            parsed.GetValue(flags) ?? [],
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        Pair[] pairs, int sessions, TimeSpan duration, string[] flags, CancellationToken cancellationToken)
    {
        if (await PairOption.FindMissingAsync(pairs) is { } problem)
        {
            await Console.Error.WriteLineAsync(problem);
            return 1;
        }

        var samples = new List<IdleSample>();
        foreach (Pair pair in pairs)
            samples.Add(await MeasureAsync(pair, sessions, duration, flags, cancellationToken));
        ReportFiles.Write("idle", ToMarkdown(samples, sessions, duration, flags), ToJson(samples, sessions, duration));
        return 0;
    }

    private static async Task<IdleSample> MeasureAsync(
        Pair pair, int sessions, TimeSpan duration, string[] flags, CancellationToken cancellationToken)
    {
        string[] clientFlags = ["--conn", sessions.ToString(CultureInfo.InvariantCulture)];
        await using BenchTunnel bench = await BenchTunnel.StartAsync(pair, flags, clientFlags, cancellationToken);
        var connections = new List<NetworkStream>();
        try
        {
            for (int i = 0; i < sessions; i++)
            {
                connections.Add(await bench.OpenEchoAsync(cancellationToken));
                await ExchangeClient.EchoAsync(connections[i], new byte[1], cancellationToken);
            }

            await Task.Delay(s_settle, cancellationToken);
            ProcessUsage client = bench.Tunnel.Client.ReadUsage();
            ProcessUsage server = bench.Tunnel.Server.ReadUsage();
            await Task.Delay(duration, cancellationToken);
            return new IdleSample(
                pair,
                bench.Tunnel.Client.ReadUsage().CpuTicks - client.CpuTicks,
                bench.Tunnel.Server.ReadUsage().CpuTicks - server.CpuTicks,
                client.ResidentBytes,
                server.ResidentBytes);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    private static string ToMarkdown(
        IReadOnlyList<IdleSample> samples, int sessions, TimeSpan duration, string[] flags)
    {
        var text = new StringBuilder();
        text.AppendLine("# Idle").AppendLine();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{sessions} sessions with one silent connection each, watched for {duration.TotalSeconds:0} s; "
            + $"flags `{string.Join(' ', flags)}`. CPU in ticks of 10 ms.").AppendLine();
        text.AppendLine(Machine.Describe()).AppendLine();
        text.AppendLine("| pair | client ticks | server ticks | client RSS MiB | server RSS MiB |");
        text.AppendLine("|---|---:|---:|---:|---:|");
        foreach (IdleSample sample in samples)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {sample.Pair} | {sample.ClientTicks} | {sample.ServerTicks} "
                + $"| {sample.ClientBytes / Mebibyte:0.0} | {sample.ServerBytes / Mebibyte:0.0} |");
        }

        return text.ToString();
    }

    private static JsonElement ToJson(IReadOnlyList<IdleSample> samples, int sessions, TimeSpan duration) =>
        JsonSerializer.SerializeToElement(new
        {
            machine = Machine.Describe(),
            sessions,
            seconds = duration.TotalSeconds,
            samples = samples.Select(sample => new
            {
                pair = sample.Pair.ToString(),
                clientTicks = sample.ClientTicks,
                serverTicks = sample.ServerTicks,
                clientBytes = sample.ClientBytes,
                serverBytes = sample.ServerBytes,
            }),
        });

    private sealed record IdleSample(
        Pair Pair, long ClientTicks, long ServerTicks, long ClientBytes, long ServerBytes);
}
