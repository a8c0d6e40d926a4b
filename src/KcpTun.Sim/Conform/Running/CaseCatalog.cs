using System.Reflection;
using KcpTun.Sim.Conform.Script;

namespace KcpTun.Sim.Conform.Running;

/// <summary>The cases that come with the program, and those of files.</summary>
internal static class CaseCatalog
{
    /// <summary>Name of every embedded script begins with this.</summary>
    private const string Prefix = "cases/";

    /// <summary>In the order of their ids. Those that prove the runner are not among them.</summary>
    public static IReadOnlyList<ConformanceScript> BuiltIn { get; } = Sorted(Embedded()
        .Where(script => !script.Name.StartsWith(Prefix + "proof/", StringComparison.Ordinal))
        .SelectMany(script => ScriptParser.Parse(script.Name, script.Text)));

    /// <summary>
    /// Cases that prove the runner: one that no implementation passes, and one that needs what nobody has.
    /// </summary>
    public static IReadOnlyList<ConformanceScript> Proofs { get; } = Sorted(Embedded()
        .Where(script => script.Name.StartsWith(Prefix + "proof/", StringComparison.Ordinal))
        .SelectMany(script => ScriptParser.Parse(script.Name, script.Text)));

    /// <summary>By layer, then section and number as numbers, then what is left.</summary>
    public static IReadOnlyList<ConformanceScript> Sorted(IEnumerable<ConformanceScript> scripts) =>
        [.. scripts.OrderBy(script => script.Header.Id, NaturalOrder.Instance)];

    private static IEnumerable<(string Name, string Text)> Embedded()
    {
        Assembly assembly = typeof(CaseCatalog).Assembly;
        foreach (string name in assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            using StreamReader reader = new(assembly.GetManifestResourceStream(name)!);
            yield return (name, reader.ReadToEnd());
        }
    }
}
