using System.Reflection;

namespace KcpTun.Concurrency.Harness;

/// <summary>A scenario as the tests run it.</summary>
internal sealed record Scenario(string Name, ScenarioAttribute Description, Func<Task> Body)
{
    /// <summary>All scenarios, by name.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        .. typeof(Scenario).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(method => method.IsDefined(typeof(ScenarioAttribute)))
            .Select(From)
            .OrderBy(scenario => scenario.Name, StringComparer.Ordinal),
    ];

    public override string ToString() => Name;

    private static Scenario From(MethodInfo method) => new(
        method.Name, method.GetCustomAttribute<ScenarioAttribute>()!, method.CreateDelegate<Func<Task>>());
}
