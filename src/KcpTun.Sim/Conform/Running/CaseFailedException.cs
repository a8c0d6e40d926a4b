namespace KcpTun.Sim.Conform.Running;

/// <summary>The subject did not do what the script says.</summary>
/// <param name="what">In one sentence.</param>
/// <param name="actual">The event that came instead, in the script's syntax; null if none did.</param>
internal sealed class CaseFailedException(string what, string? actual = null) : Exception(what)
{
    public string? Actual => actual;
}
