using KcpTun.Kcp;
using KcpTun.Settings;
using KcpTun.Sim.Links;
using KcpTun.Sim.Workloads;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Plans;

/// <summary>Checks what a command line says and makes a plan of it.</summary>
public sealed class PlanBuilder
{
    private static readonly string[] s_defaultWorkloads = ["bulk:8MiB", "echo:64B,n=400,every=50ms"];

    // A tunnel of the simulator has a key of its own, so that nobody is warned of the public default, writes no lines
    // about streams, and does not wait before it closes them, unless it is told to.
    private static readonly ClientOptions s_client = new() { Key = "kcptun-sim", Quiet = true, CloseWait = 0 };
    private static readonly ServerOptions s_server = new() { Key = "kcptun-sim", Quiet = true, CloseWait = 0 };

    private readonly PlanArguments _arguments;
    private readonly List<string> _warnings = [];
    private string? _error;

    /// <summary>Modes that are compared where none is given.</summary>
    internal static IReadOnlyList<string> DefaultModes { get; } = ["normal", "fast", "fast2", "fast3"];

    /// <summary>Shards that are compared where none are given.</summary>
    internal static IReadOnlyList<string> DefaultFecs { get; } = ["0/0", "10/3"];

    private PlanBuilder(PlanArguments arguments) => _arguments = arguments;

    /// <param name="arguments">What was given.</param>
    /// <param name="plan">The plan, if there is no error.</param>
    /// <param name="warnings">What is accepted but likely to be a mistake, one line each.</param>
    /// <param name="error">One line that names the option, or null.</param>
    public static bool TryBuild(
        PlanArguments arguments, out ExperimentPlan? plan, out IReadOnlyList<string> warnings, out string? error)
    {
        PlanBuilder builder = new(arguments);
        plan = builder.Build();
        warnings = [.. builder._warnings.Distinct()];
        error = builder._error?.ReplaceLineEndings(" ");
        return plan is not null;
    }

    private ExperimentPlan? Build()
    {
        if (!PathSpec.TryParse(_arguments.Link, out PathSpec? path, out _error))
            return null;
        List<WorkloadSpec>? workloads = Workloads();
        List<FecShards?>? shards = Shards();
        if (workloads is null || shards is null || !AreFlagsConsistent())
            return null;
        List<Variant> variants = [];
        foreach (string mode in OrDefault(_arguments.Modes, DefaultModes))
        {
            foreach (FecShards? fec in shards)
            {
                if (Build(mode, fec) is not { } variant)
                    return null;
                if (variants.Any(other => other.Name == variant.Name))
                {
                    _error = $"--mode and --fec: {variant.Name} is given twice";
                    return null;
                }

                variants.Add(variant);
            }
        }

        return new ExperimentPlan
        {
            Arguments = _arguments,
            Path = path!,
            Variants = variants,
            Workloads = workloads,
        };
    }

    private Variant? Build(string mode, FecShards? fec)
    {
        if (!KcpProfile.ModeNames.Contains(mode))
        {
            string names = string.Join(", ", KcpProfile.ModeNames);
            _error = $"--mode {mode}: no such mode{NearestName.Hint(mode, KcpProfile.ModeNames)}; use one of {names}";
            return null;
        }

        OptionsReading<ClientOptions> client = OptionsReader.Read(
            FlagSides.Client, s_client, SharedWords(client: true, mode, fec), _arguments.ClientWords);
        OptionsReading<ServerOptions> server = OptionsReader.Read(
            FlagSides.Server, s_server, SharedWords(client: false, mode, fec), _arguments.ServerWords);
        Remember("client", client.Warnings, client.Errors);
        Remember("server", server.Warnings, server.Errors);
        return _error is null
            ? new Variant { Mode = mode, Fec = fec, Client = client.Options, Server = server.Options }
            : null;
    }

    private void Remember(string side, IReadOnlyList<string> warnings, IReadOnlyList<string> errors)
    {
        _warnings.AddRange(warnings.Select(warning => $"{side}: {warning}"));
        if (errors.Count > 0)
            _error ??= $"{side}: {errors[0]}";
    }

    private List<string> SharedWords(bool client, string mode, FecShards? fec)
    {
        List<string> words =
        [
            $"--mode={mode}",
            .. _arguments.Flags.Where(flag => PlanNames.IsKnownTo(client, flag.Key))
                .Select(flag => $"--{flag.Key}={flag.Value}"),
        ];
        if (fec is { } shards)
            words.AddRange([$"--datashard={shards.Data}", $"--parityshard={shards.Parity}"]);
        return words;
    }

    private List<WorkloadSpec>? Workloads()
    {
        List<WorkloadSpec> workloads = [];
        foreach (string text in OrDefault(_arguments.Workloads, s_defaultWorkloads))
        {
            if (!WorkloadSpec.TryParse(text, out WorkloadSpec? workload, out _error))
                return null;
            workloads.Add(workload!);
        }

        return workloads;
    }

    private List<FecShards?>? Shards()
    {
        string? flag = _arguments.Flags.Select(flag => flag.Key).FirstOrDefault(PlanNames.IsShard);
        if (flag is not null && _arguments.Fecs.Count > 0)
        {
            _error = $"--fec and {PlanNames.OfFlag(flag)} say the same thing: give one of them";
            return null;
        }

        if (flag is not null)
            return [null];
        List<FecShards?> shards = [];
        foreach (string text in OrDefault(_arguments.Fecs, DefaultFecs))
        {
            if (!FecShards.TryParse(text, out FecShards one))
            {
                _error = $"--fec {text}: write data/parity shards such as 10/3, or 0/0 for none";
                return null;
            }

            shards.Add(one);
        }

        return shards;
    }

    private bool AreFlagsConsistent()
    {
        foreach (IReadOnlyList<string> words in new[] { _arguments.ClientWords, _arguments.ServerWords })
        {
            if (words.Count > 0 && !words[0].StartsWith('-'))
            {
                string option = ReferenceEquals(words, _arguments.ClientWords) ? "--client" : "--server";
                _error = $"{option} {ShellWords.Join(words)}: write flags, as in {option} \"--sndwnd 2048\"";
                return false;
            }
        }

        string? manual = _arguments.Flags.Select(flag => flag.Key).FirstOrDefault(PlanNames.IsManual);
        if (manual is null || _arguments.Modes.Contains(PlanNames.ManualMode))
            return true;
        _error = $"--{manual} counts in mode manual only, as in kcptun: add --mode manual";
        return false;
    }

    private static IReadOnlyList<string> OrDefault(IReadOnlyList<string> given, IReadOnlyList<string> defaults) =>
        given.Count > 0 ? given : defaults;
}
