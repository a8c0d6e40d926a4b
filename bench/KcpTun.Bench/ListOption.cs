using System.CommandLine;

namespace KcpTun.Bench;

/// <summary>Options whose value is a list with commas.</summary>
internal static class ListOption
{
    /// <summary>A list of anything; null from <paramref name="read"/> refuses an item.</summary>
    public static Option<T[]> Create<T>(string name, string description, string preset, Func<string, T?> read)
        where T : class => new(name)
        {
            Description = description,
            DefaultValueFactory = _ => [.. Split([preset]).Select(item => read(item)!)],
            CustomParser = result =>
            {
                var items = new List<T>();
                foreach (string text in Split(result.Tokens.Select(token => token.Value)))
                {
                    if (read(text) is { } item)
                        items.Add(item);
                    else
                        result.AddError($"{name}: '{text}' is none of {description}");
                }

                return [.. items];
            },
        };

    /// <summary>A list of some of these words.</summary>
    public static Option<string[]> OfWords(
        string name, string description, IReadOnlyList<string> words, string preset) => Create(
            name,
            $"{description}: {string.Join(", ", words)}",
            preset,
            word => words.Contains(word) ? word : null);

    private static IEnumerable<string> Split(IEnumerable<string> values) => values.SelectMany(
        value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
