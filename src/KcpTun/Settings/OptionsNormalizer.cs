using KcpTun.Kcp;
using KcpTun.Tunnel;

namespace KcpTun.Settings;

/// <summary>What kcptun does to its options between reading and printing them (PROTOCOL i.1).</summary>
internal static class OptionsNormalizer
{
    /// <summary>
    /// Puts the mode's profile over the four tuning values, wherever they came from, and lifts a negative rate to 0.
    /// </summary>
    /// <param name="options">The options as given.</param>
    /// <param name="notice">A line to log, or null.</param>
    public static TunnelOptions Apply(TunnelOptions options, out string? notice)
    {
        notice = null;
        if (options.RateLimit < 0)
        {
            notice = $"ratelimit {options.RateLimit} is negative, falling back to 0";
            options = options with { RateLimit = 0 };
        }

        return KcpProfile.Named(options.Mode) is not { } profile
            ? options
            : options with
            {
                NoDelay = profile.NoDelay,
                Interval = profile.Interval,
                Resend = profile.Resend,
                Nc = profile.CongestionControl ? 0 : 1,
            };
    }
}
