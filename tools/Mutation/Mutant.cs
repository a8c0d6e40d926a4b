namespace KcpTun.Mutation;

/// <summary>One small change of the code, switched on by its number while the program runs.</summary>
/// <param name="Id">What <c>MutantSwitch.Is</c> is asked for.</param>
/// <param name="File">Path below src/KcpTun.</param>
/// <param name="Line">Line in that file, from 1.</param>
/// <param name="Member">The member it is in.</param>
/// <param name="Original">The code as it is.</param>
/// <param name="Replacement">The code as it becomes.</param>
/// <param name="Occurrence">Counts equal changes of one member from 1.</param>
/// <param name="IsStatic">Runs when the type is loaded, so each such mutant needs a process of its own.</param>
internal sealed record Mutant(
    int Id, string File, int Line, string Member, string Original, string Replacement, int Occurrence, bool IsStatic)
{
    /// <summary>Names the mutant as long as its member does not change; the explanations are kept under it.</summary>
    public string Key => $"{File} {Member}: {Original} -> {Replacement}{(Occurrence > 1 ? $" #{Occurrence}" : "")}";

    public string Folder => File[..File.IndexOf('/', StringComparison.Ordinal)];
}
