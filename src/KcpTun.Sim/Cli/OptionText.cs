using System.Globalization;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Cli;

/// <summary>Values of options, with one clear line for those that are wrong.</summary>
internal static class OptionText
{
    /// <summary>Most runs at once.</summary>
    public const int MaxJobs = 1024;

    /// <summary>A whole number from 1.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static int Integer(string option, string text, int most)
    {
        bool valid = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        return valid && number >= 1 && number <= most
            ? number
            : throw CommandException.Usage($"{option} {text}: write a whole number from 1 to {most}");
    }

    /// <summary>A whole number of 64 bits.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static ulong Seed(string option, string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
            ? seed
            : throw CommandException.Usage($"{option} {text}: write a whole number from 0");

    /// <summary>A time of the real clock, more than nothing; a number without a unit is seconds.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static TimeSpan Time(string option, string text) =>
        Units.TryDuration(text, SimTime.Second, out long time) && time > 0
            ? TimeSpan.FromTicks(Math.Max(1, time / TimeSpan.NanosecondsPerTick))
            : throw CommandException.Usage($"{option} {text}: write a time such as 90s or 10m");
}
