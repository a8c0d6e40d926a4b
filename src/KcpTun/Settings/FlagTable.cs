using KcpTun.Tunnel;

namespace KcpTun.Settings;

/// <summary>Every flag of both commands, in the order help shows them (OPTIONS §2).</summary>
internal static partial class FlagTable
{
    /// <summary>The variable whose value replaces the default key, even when it is empty.</summary>
    public const string KeyVariable = "KCPTUN_KEY";

    /// <summary>All flags.</summary>
    public static IReadOnlyList<FlagSpec> All { get; } =
        [.. Addresses(), .. Secrets(), .. Sessions(), .. Transport(), .. Mux(), .. Process()];

    /// <summary>The flags of one command.</summary>
    public static IEnumerable<FlagSpec> Of(FlagSides side) => All.Where(flag => (flag.Sides & side) != 0);

    /// <summary>The settings of one command when nothing is given.</summary>
    public static CommandSettings Defaults(FlagSides side) =>
        new(side == FlagSides.Client ? new ClientOptions() : new ServerOptions());

    /// <summary>The flag of one command that is called <paramref name="name"/> or has it as alias.</summary>
    public static FlagSpec? ByName(FlagSides side, string name) =>
        Of(side).FirstOrDefault(flag => flag.Name == name || flag.Alias == name);

    /// <summary>The flag of one command with that JSON key, without regard to case as in Go.</summary>
    public static FlagSpec? ByJsonKey(FlagSides side, string key) =>
        Of(side).FirstOrDefault(flag => string.Equals(flag.JsonKey, key, StringComparison.OrdinalIgnoreCase));

    private static FlagSpec Text(
        string name, string help, Func<TunnelOptions, string> read, Func<TunnelOptions, string, TunnelOptions> write) =>
        new(name, FlagKind.Text, FlagSides.Both, help)
        {
            JsonKey = name,
            Read = settings => FlagValue.Of(read(settings.Tunnel)),
            Write = (settings, value) => settings with { Tunnel = write(settings.Tunnel, value.Text) },
        };

    private static FlagSpec Integer(
        string name, string help, Func<TunnelOptions, int> read, Func<TunnelOptions, int, TunnelOptions> write) =>
        new(name, FlagKind.Integer, FlagSides.Both, help)
        {
            JsonKey = name,
            Read = settings => FlagValue.Of(read(settings.Tunnel)),
            Write = (settings, value) => settings with { Tunnel = write(settings.Tunnel, value.Number) },
        };

    private static FlagSpec Boolean(
        string name, string help, Func<TunnelOptions, bool> read, Func<TunnelOptions, bool, TunnelOptions> write) =>
        new(name, FlagKind.Boolean, FlagSides.Both, help)
        {
            JsonKey = name,
            Read = settings => FlagValue.Of(read(settings.Tunnel)),
            Write = (settings, value) => settings with { Tunnel = write(settings.Tunnel, value.Truth) },
        };

    private static FlagSpec ClientInteger(
        string name, string help, Func<ClientOptions, int> read, Func<ClientOptions, int, ClientOptions> write) =>
        Integer(name, help, o => read((ClientOptions)o), (o, v) => write((ClientOptions)o, v)) with
        {
            Sides = FlagSides.Client,
        };

    private static FlagSpec ClientText(
        string name, string help, Func<ClientOptions, string> read, Func<ClientOptions, string, ClientOptions> write) =>
        Text(name, help, o => read((ClientOptions)o), (o, v) => write((ClientOptions)o, v)) with
        {
            Sides = FlagSides.Client,
        };

    private static FlagSpec ServerText(
        string name, string help, Func<ServerOptions, string> read, Func<ServerOptions, string, ServerOptions> write) =>
        Text(name, help, o => read((ServerOptions)o), (o, v) => write((ServerOptions)o, v)) with
        {
            Sides = FlagSides.Server,
        };
}
