using System.Globalization;

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
}
