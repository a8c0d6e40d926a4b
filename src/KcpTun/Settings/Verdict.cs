using KcpTun.Tunnel;

namespace KcpTun.Settings;

/// <summary>What <see cref="OptionsValidator"/> found.</summary>
/// <param name="Effective">The options as the tunnel is to use them: clamped, and with fall-backs taken.</param>
/// <param name="Fatal">Reasons not to start, one line each.</param>
/// <param name="Warnings">What is accepted as kcptun accepts it, but is likely to be a mistake; one line each.</param>
internal sealed record Verdict(
    TunnelOptions Effective, IReadOnlyList<string> Fatal, IReadOnlyList<string> Warnings);
