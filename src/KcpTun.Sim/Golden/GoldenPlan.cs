using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Golden;

/// <summary>One run whose trace hash is known.</summary>
/// <param name="Name">Says what it is there for.</param>
/// <param name="Line">
/// The words after <c>kcptun-sim run</c>, for a shell in the root of the repository.
/// </param>
/// <param name="TraceHash">What <c>kcptun-sim hash</c> prints for it; null while nobody has recorded it.</param>
public sealed record GoldenPlan(string Name, string Line, string? TraceHash)
{
    /// <summary><see cref="Line"/>, split.</summary>
    public IReadOnlyList<string> Arguments => ShellWords.TrySplit(Line, out IReadOnlyList<string> words)
        ? words
        : throw new FormatException($"{Name}: a quote is not closed");

    /// <summary>Computes it again.</summary>
    public string Command => $"kcptun-sim run {Line}";
}
