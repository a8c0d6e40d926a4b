using KcpTun.Tunnel;

namespace KcpTun.Settings;

/// <summary>Everything a command line says: the tunnel's options and what concerns this process only.</summary>
/// <param name="Tunnel"><see cref="ClientOptions"/> or <see cref="ServerOptions"/>.</param>
internal sealed record CommandSettings(TunnelOptions Tunnel)
{
    /// <summary>Path of the JSON configuration, empty for none.</summary>
    public string ConfigPath { get; init; } = "";

    /// <summary>Name of a <see cref="Settings.LogFormat"/>, as typed.</summary>
    public string LogFormat { get; init; } = "go";

    public bool Help { get; init; }

    public bool Version { get; init; }
}
