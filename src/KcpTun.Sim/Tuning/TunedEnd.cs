using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using KcpTun.Settings;
using KcpTun.Sim.Plans;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Tuning;

/// <summary>How one end is started with the setting that won: on a command line, or by a JSON file.</summary>
/// <param name="side">Client or server.</param>
/// <param name="options">What was simulated.</param>
/// <param name="isGo">Whether the end is Go's program.</param>
internal sealed class TunedEnd(FlagSides side, TunnelOptions options, bool isGo)
{
    /// <summary>Said in any case, even where it is the default: the answer shall not depend on who reads it.</summary>
    private static readonly string[] s_always = ["mode", "datashard", "parityshard"];

    /// <summary>What the simulator sets for itself, and what the mode decides.</summary>
    private static readonly string[] s_never = ["key", "quiet", "closewait"];

    private static readonly string[] s_manual = ["nodelay", "interval", "resend", "nc"];

    private static readonly JsonWriterOptions s_json =
        new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    public bool IsClient => side == FlagSides.Client;

    public bool IsGo => isGo;

    /// <summary>As in <c>kcptun client</c>, or the name of Go's program.</summary>
    public IReadOnlyList<string> Program => isGo
        ? [IsClient ? "kcptun-client" : "kcptun-server"]
        : ["kcptun", IsClient ? "client" : "server"];

    /// <summary>The words after the program.</summary>
    public IReadOnlyList<string> Words() =>
    [
        .. Fields().SelectMany(field => field.Value is bool ? [$"--{field.Flag.Name}"]
            : new[] { $"--{field.Flag.Name}", Text(field.Value) }),
    ];

    /// <summary>One line for a shell.</summary>
    public string Line() => ShellWords.Join([.. Program, .. Words()]);

    /// <summary>The file for <c>-c</c>.</summary>
    public string Json()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, s_json))
        {
            json.WriteStartObject();
            foreach ((FlagSpec flag, object value) in Fields())
            {
                if (value is int number)
                    json.WriteNumber(flag.JsonKey!, number);
                else if (value is bool truth)
                    json.WriteBoolean(flag.JsonKey!, truth);
                else
                    json.WriteString(flag.JsonKey!, Text(value));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private IEnumerable<(FlagSpec Flag, object Value)> Fields()
    {
        (string Name, string Value)[] addresses = IsClient
            ? [("localaddr", ":12948"), ("remoteaddr", "SERVER:29900")]
            : [("listen", ":29900"), ("target", "127.0.0.1:8388")];
        foreach ((string name, string value) in addresses.Append(("key", "YOUR-SECRET")))
            yield return (FlagTable.ByName(side, name)!, value);
        CommandSettings chosen = new(options);
        CommandSettings defaults = FlagTable.Defaults(side);
        foreach (FlagSpec flag in FlagTable.Of(side).Where(flag => flag.JsonKey is not null))
        {
            if (s_never.Contains(flag.Name) || addresses.Any(address => address.Name == flag.Name)
                || (s_manual.Contains(flag.Name) && options.Mode != PlanNames.ManualMode))
            {
                continue;
            }

            FlagValue value = flag.Read(chosen);
            bool isSaid = s_always.Contains(flag.Name) || IsDecisive(flag.Name) || value != flag.Read(defaults);
            if (isSaid)
                yield return (flag, Value(flag, value));
        }
    }

    /// <summary>
    /// Windows have other defaults at the other end, and mode auto chooses its own; smux has another default in Go's
    /// older release.
    /// </summary>
    private bool IsDecisive(string flag) => flag switch
    {
        "sndwnd" or "rcvwnd" => options.Mode != Candidate.AutoMode,
        "smuxver" => isGo,
        _ => false,
    };

    private static object Value(FlagSpec flag, FlagValue value) => flag.Kind switch
    {
        FlagKind.Integer => value.Number,
        FlagKind.Boolean => value.Truth,
        _ => value.Text,
    };

    private static string Text(object value) => FormattableString.Invariant($"{value}");
}
