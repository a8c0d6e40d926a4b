namespace KcpTun.Concurrency.Harness;

/// <summary>Marks a method as a scenario: two things race, and something must hold whichever comes first.</summary>
/// <param name="claim">What races and what must hold, in one sentence.</param>
/// <param name="mutants">
/// Files of the folder mutants, without the ending: each breaks the claim, and Coyote has to find it.
/// </param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ScenarioAttribute(string claim, params string[] mutants) : Attribute
{
    public string Claim => claim;

    public IReadOnlyList<string> Mutants => mutants;
}
