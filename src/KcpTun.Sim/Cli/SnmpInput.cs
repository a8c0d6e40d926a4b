using KcpTun.Sim.Plans;
using KcpTun.Sim.Tuning;

namespace KcpTun.Sim.Cli;

/// <summary>What <c>--from-snmp</c> names.</summary>
internal static class SnmpInput
{
    private const string Option = "--from-snmp";

    private static readonly string[] s_times = ["rtt", "delay", "net"];
    private static readonly string[] s_losses = ["loss", "burst-loss", "ge", "net"];

    /// <param name="files">One log, or that of the client and that of the server.</param>
    /// <param name="fec">What <c>--snmp-fec</c> says, or null.</param>
    /// <param name="arguments">What else is said of the path.</param>
    /// <exception cref="CommandException">Something is wrong or missing.</exception>
    public static SnmpEstimate Read(string[] files, string? fec, PlanArguments arguments)
    {
        string? given = arguments.Link.Select(setting => setting.Key).FirstOrDefault(s_losses.Contains);
        if (given is not null)
            throw CommandException.Usage($"{PlanNames.OfLink(given)} and {Option} both say what is lost: give one");
        if (!arguments.Link.Any(setting => s_times.Contains(setting.Key)))
            throw CommandException.Usage($"{Option}: the counters have no round-trip time; add --rtt, as in --rtt 200");
        FecShards shards = new(10, 3);
        if (fec is not null && !FecShards.TryParse(fec, out shards))
            throw CommandException.Usage($"--snmp-fec {fec}: write data/parity shards such as 10/3, or 0/0 for none");
        if (files.Length > 2)
            throw CommandException.Usage($"{Option}: give one log, or the client's and the server's");
        SnmpLog[] logs = [.. files.Select(Read)];
        string? error;
        SnmpEstimate? estimate = logs.Length == 2
            ? SnmpEstimate.OfBoth(logs[0], logs[1], out error)
            : SnmpEstimate.OfOne(logs[0], shards, out error);
        return estimate ?? throw CommandException.Usage($"{Option} {string.Join(" and ", files)}: {error}");
    }

    private static SnmpLog Read(string file)
    {
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception failure) when (OutputFiles.IsFileError(failure))
        {
            throw CommandException.Usage(OutputFiles.Describe($"{Option} {file}", failure));
        }

        return SnmpLog.Parse(text, out string? error) ?? throw CommandException.Usage($"{Option} {file}: {error}");
    }
}
