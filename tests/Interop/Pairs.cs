using KcpTun.GoInterop;

namespace KcpTun.Interop;

/// <summary>The columns of the matrix.</summary>
public static class Pairs
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
}
