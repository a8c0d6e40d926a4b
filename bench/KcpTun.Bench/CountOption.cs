using System.CommandLine;
using System.Globalization;

namespace KcpTun.Bench;

/// <summary>Options whose value is a number of things.</summary>
internal static class CountOption
{
    /// <param name="least">Smaller numbers are refused.</param>
    public static Option<int> Create(string name, int preset, int least, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => preset,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= least)
                return count;
            result.AddError($"{name} {text}: give a number from {least}");
            return preset;
        },
    };
}
