using System.Globalization;
using KcpTun.Settings;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Workloads;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Swarm;

/// <summary>One thing that is not as by default in a case of the swarm.</summary>
/// <param name="Key">
/// <c>both.FLAG</c>, <c>client.FLAG</c>, <c>server.FLAG</c>, <c>link.OPTION</c>, <c>host.QUIRK</c>, <c>flow</c>.
/// </param>
public readonly record struct SwarmItem(string Key, string Value)
{
    public override string ToString() => $"{Key}={Value}";
}

/// <summary>
/// A case of the swarm: a seed, and everything that is not as by default. Written out it is one argument of a command
/// line, and taking things out of it is how a failure is made small.
/// </summary>
public sealed record SwarmCase(ulong Seed, IReadOnlyList<SwarmItem> Items)
{
    /// <summary>A run's virtual time after the path has healed, beside what its bytes need, ns.</summary>
    private const long Patience = 120 * SimTime.Second;

    /// <summary>How much slower than the plain arithmetic of windows and rates a transfer may be.</summary>
    private const long Slack = 8;

    /// <summary>
    /// What a byte may take where windows flood a queue of a few packets and most of each burst is lost, ns.
    /// </summary>
    private const long SlowestByte = SimTime.Millisecond;

    private static readonly ClientOptions s_client = new() { Key = "kcptun-sim", Quiet = true, CloseWait = 0 };
    private static readonly ServerOptions s_server = new() { Key = "kcptun-sim", Quiet = true, CloseWait = 0 };

    /// <summary>The items as one argument.</summary>
    public string Text => ShellWords.Join(Items.Select(item => item.ToString()));

    /// <summary>Whether the item ends the faults.</summary>
    internal static bool IsHealing(SwarmItem item) => item.Key is "link.at" or "host.heal";

    /// <summary>Reads what <see cref="Text"/> writes.</summary>
    public static bool TryParse(ulong seed, string text, out SwarmCase? swarmCase, out string? error)
    {
        swarmCase = null;
        error = $"--case {text}: write items such as link.loss=20 client.mtu=500 flow=bulk:100KiB";
        if (!ShellWords.TrySplit(text, out IReadOnlyList<string> words))
            return false;
        var items = new List<SwarmItem>();
        foreach (string word in words)
        {
            string[] halves = word.Split('=', 2);
            if (halves.Length != 2)
                return false;
            items.Add(new SwarmItem(halves[0], halves[1]));
        }

        var candidate = new SwarmCase(seed, items);
        if (!candidate.TryPlan(out _, out string? problem))
        {
            error = $"--case: {problem}";
            return false;
        }

        (swarmCase, error) = (candidate, null);
        return true;
    }

    /// <summary>The run this case describes.</summary>
    /// <param name="error">Why it is none, in one line.</param>
    public bool TryPlan(out SimPlan? plan, out string? error)
    {
        plan = null;
        OptionsReading<ClientOptions> client = OptionsReader.Client(Flags("client"), s_client);
        OptionsReading<ServerOptions> server = OptionsReader.Server(Flags("server"), s_server);
        error = client.Errors.Concat(server.Errors).FirstOrDefault();
        if (error is not null || !TryQuirks(out SimConditions? conditions, out error))
            return false;
        KeyValuePair<string, string>[] link = [.. Of("link.").Select(i => KeyValuePair.Create(i.Key[5..], i.Value))];
        if (!PathSpec.TryParse(link, out PathSpec? path, out error) || !TryWorkload(out WorkloadSpec? work, out error))
            return false;
        long bytes = Bytes(work!);
        plan = new SimPlan
        {
            Path = path!,
            Client = client.Options,
            Server = server.Options,
            Workload = work!,
            Seed = Seed,
            Conditions = conditions!,
            Limit = conditions!.HealedAt + Patience
                + Math.Max(TimeFor(bytes, path!, client.Options, server.Options), bytes * SlowestByte),
        };
        return true;
    }

    private IEnumerable<SwarmItem> Of(string prefix) =>
        Items.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal));

    private List<string> Flags(string end) =>
        [.. Of("both.").Concat(Of($"{end}.")).Select(i => $"--{i.Key[(i.Key.IndexOf('.') + 1)..]}={i.Value}")];

    private bool TryWorkload(out WorkloadSpec? spec, out string? error)
    {
        string[] flows = [.. Of("flow").Select(item => item.Value)];
        string text = flows.Length switch
        {
            0 => "echo:64B,n=3",
            1 => flows[0],
            _ => $"mixed:{string.Join('+', flows)}",
        };
        return WorkloadSpec.TryParse(text, out spec, out error);
    }

    private bool TryQuirks(out SimConditions? conditions, out string? error)
    {
        conditions = new SimConditions { IsChecked = true };
        error = null;
        foreach (SwarmItem item in Of("host."))
        {
            if (!decimal.TryParse(item.Value, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal number)
                || Apply(conditions, item.Key[5..], number) is not { } changed)
            {
                error = $"{item}: no such quirk";
                return false;
            }

            conditions = changed;
        }

        // Whatever changes addresses kills sessions, and a handshake may run into its time limit.
        bool mayBreak = Items.Any(i => i.Key is "link.rebind" or "link.nat-timeout" or "both.tuncrypt");
        conditions = conditions with { MayBreak = mayBreak };
        return true;
    }

    private static SimConditions? Apply(SimConditions conditions, string quirk, decimal number)
    {
        string[] parts = quirk.Split('.');
        if (parts is ["heal"])
            return conditions with { HealedAt = (long)(number * SimTime.Second) };
        if (parts is ["ties"])
            return conditions with { ShuffleTies = number != 0 };
        if (parts is ["garbage"])
            return conditions with { Garbage = (int)number };
        if (parts is not [("client" or "server") and string end, string name])
            return null;
        HostConditions host = end == "client" ? conditions.Client : conditions.Server;
        HostConditions? changed = name switch
        {
            "phase-ms" => host with { ClockPhase = (long)number * SimTime.Millisecond },
            "drift-ppm" => host with { ClockDrift = (int)number },
            "read" => host with { LongestRead = Math.Max(1, (int)number) },
            "full" => host with { FullSocket = Probability.FromPercent(number) },
            _ => null,
        };
        if (changed is null)
            return null;
        return end == "client" ? conditions with { Client = changed } : conditions with { Server = changed };
    }

    private static long Bytes(WorkloadSpec spec) => spec switch
    {
        BulkSpec bulk => bulk.Bytes,
        EchoSpec echo => 2L * echo.Bytes * echo.Count,
        GameSpec game => (game.UpBytes + game.DownBytes) * (game.Duration / game.Every),
        ShortSpec brief => (long)brief.Count * brief.Bytes,
        WebSpec web => 2L * web.Objects * web.MeanBytes,
        MixedSpec mixed => mixed.Parts.Sum(Bytes),
        _ => 0,
    };

    /// <summary>What windows and rates say the bytes take at the worst, ns.</summary>
    private static long TimeFor(long bytes, PathSpec path, ClientOptions client, ServerOptions server)
    {
        long window = Math.Min(
            Window(client.SndWnd, server.RcvWnd, client.Mtu), Window(server.SndWnd, client.RcvWnd, server.Mtu));
        long turn = path.Up.Delay + path.Down.Delay + (SimTime.Second / 2);
        long slowest = Math.Max(1, window * SimTime.Second / turn);
        foreach (long limit in new[] { path.Up.Rate / 8, path.Down.Rate / 8, client.RateLimit, server.RateLimit })
        {
            if (limit > 0)
                slowest = Math.Min(slowest, limit);
        }

        return bytes * SimTime.Second / slowest * Slack;
    }

    private static long Window(int send, int receive, int mtu) =>
        Math.Max(1, Math.Min(send, receive)) * (long)Math.Max(50, mtu - 80);
}
