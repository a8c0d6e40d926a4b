using System.Collections.Concurrent;
using KcpTun.Crypt;
using KcpTun.Tuncrypt;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Running;

/// <summary>
/// Keys derived before: thousands of runs share one secret, and deriving it takes as long as many short runs. What is
/// kept is a function of the options alone, so no run can see whether another was before it.
/// </summary>
internal static class KeyCache
{
    private static readonly ConcurrentDictionary<(string Key, int Pads, bool HasTuncrypt), TunnelKeys> s_keys = new();

    // Lazy, because threads that start together would each derive what one of them does.
    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> s_passes = new();
    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> s_tuncryptKeys = new();

    public static TunnelKeys Of(TunnelOptions options) => s_keys.GetOrAdd(
        (options.Key, options.Qpp ? options.QppCount : 0, options.TunCrypt),
        static (_, options) => TunnelKeys.Of(
            options,
            Once(s_passes, options.Key, KeyDerivation.DerivePass),
            options.TunCrypt ? Once(s_tuncryptKeys, options.Key, TuncryptSession.DerivePsk) : null),
        options);

    private static byte[] Once(
        ConcurrentDictionary<string, Lazy<byte[]>> known, string key, Func<string, byte[]> derive) =>
        known.GetOrAdd(key, _ => new Lazy<byte[]>(() => derive(key))).Value;
}
