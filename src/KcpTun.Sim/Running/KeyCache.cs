using System.Collections.Concurrent;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Running;

/// <summary>
/// Keys derived before: thousands of runs share one secret, and deriving it takes as long as a short run. What is kept
/// is a function of the options alone, so no run can see whether another was before it.
/// </summary>
internal static class KeyCache
{
    private static readonly ConcurrentDictionary<(string Key, int Pads, bool HasTuncrypt), TunnelKeys> s_keys = new();

    public static TunnelKeys Of(TunnelOptions options) => s_keys.GetOrAdd(
        (options.Key, options.Qpp ? options.QppCount : 0, options.TunCrypt),
        static (_, options) => TunnelKeys.Derive(options),
        options);
}
