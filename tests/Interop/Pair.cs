using KcpTun.GoInterop;

namespace KcpTun.Interop;

/// <summary>Who is the client and who is the server: a column of the matrix.</summary>
public sealed record Pair(Implementation Client, Implementation Server)
{
    /// <summary>Ours against both releases, both ways round, and against itself.</summary>
    public static IReadOnlyList<Pair> Matrix { get; } =
    [
        new(Implementation.Ours, Implementation.GoOld),
        new(Implementation.GoOld, Implementation.Ours),
        new(Implementation.Ours, Implementation.GoNew),
        new(Implementation.GoNew, Implementation.Ours),
        new(Implementation.Ours, Implementation.Ours),
    ];

    /// <summary>Go against itself: whatever fails here is not ours.</summary>
    public static Pair SelfCheck { get; } = new(Implementation.GoNew, Implementation.GoNew);

    public override string ToString() => $"{Client}->{Server}";
}
