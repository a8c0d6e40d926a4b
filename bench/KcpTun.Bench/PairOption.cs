using System.CommandLine;
using System.CommandLine.Parsing;
using KcpTun.GoInterop;

namespace KcpTun.Bench;

/// <summary>The option that chooses who is measured: <c>--pairs ours:ours,go-new:ours</c>.</summary>
internal static class PairOption
{
    private static readonly Dictionary<string, Implementation> s_implementations = new()
    {
        ["ours"] = Implementation.Ours,
        ["go-old"] = Implementation.GoOld,
        ["go-new"] = Implementation.GoNew,
    };

    /// <summary>What everything is compared with.</summary>
    public static Pair Reference { get; } = new(Implementation.GoNew, Implementation.GoNew);

    /// <summary>The option; <see cref="Implementation.Ours"/> stands for every build that is measured.</summary>
    public static Option<Pair[]> Create(params string[] defaults) => new("--pairs")
    {
        Description = "client:server,… of ours, go-old (20210922) and go-new (20260314)",
        DefaultValueFactory = _ => [.. defaults.Select(text => TryParse(text)!)],
        CustomParser = Parse,
    };

    /// <summary>The reference, and the pairs with each build in place of ours; none twice.</summary>
    public static IReadOnlyList<Pair> Expand(IEnumerable<Pair> pairs, IReadOnlyList<Implementation> builds) =>
    [
        .. from pair in pairs.Prepend(Reference)
           from build in builds
           let expanded = new Pair(Replace(pair.Client, build), Replace(pair.Server, build))
           group expanded by expanded.ToString() into same
           select same.First(),
    ];

    /// <summary>Makes sure that the programs of the pairs exist.</summary>
    /// <returns>Null when they do, else what is missing.</returns>
    public static async Task<string?> FindMissingAsync(IEnumerable<Pair> pairs)
    {
        Implementation[] ends = [.. pairs.SelectMany(pair => new[] { pair.Client, pair.Server }).Distinct()];
        if (ends.Any(IsGo) && await GoReleases.EnsureAsync() is { } problem)
            return problem;
        Implementation? missing = ends.FirstOrDefault(end => !end.IsPresent);
        if (missing is null)
            return null;
        string advice = missing == Implementation.Ours ? ": build src/KcpTun.Cli, or set KCPTUN_EXE" : "";
        return $"{missing.ClientCommand[0]} is missing{advice}";
    }

    private static bool IsGo(Implementation end) => end == Implementation.GoOld || end == Implementation.GoNew;

    private static Implementation Replace(Implementation end, Implementation build) =>
        end == Implementation.Ours ? build : end;

    private static Pair[] Parse(ArgumentResult result)
    {
        var pairs = new List<Pair>();
        foreach (string text in result.Tokens.SelectMany(token => token.Value.Split(',')))
        {
            if (TryParse(text) is { } pair)
                pairs.Add(pair);
            else
                result.AddError($"'{text}' is not client:server of {string.Join(", ", s_implementations.Keys)}");
        }

        return [.. pairs];
    }

    private static Pair? TryParse(string text)
    {
        string[] ends = text.Split(':');
        return ends.Length == 2
            && s_implementations.TryGetValue(ends[0], out Implementation? client)
            && s_implementations.TryGetValue(ends[1], out Implementation? server)
            ? new Pair(client, server)
            : null;
    }
}
