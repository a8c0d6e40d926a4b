namespace KcpTun.Sim.Links;

/// <summary>One option of the path, as a command line or a file names it.</summary>
/// <param name="Key">Without dashes.</param>
/// <param name="ValueHelp">The form of its value.</param>
/// <param name="Help">What it does, in one sentence.</param>
/// <param name="Example">A value that works.</param>
public sealed record PathOption(string Key, string ValueHelp, string Help, string Example)
{
    /// <summary>May be given more than once.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>
    /// Applies the value to one direction; null when it makes no sense. Without it the option concerns the path as a
    /// whole; with it, its value may be split as <c>up=X,down=Y</c>.
    /// </summary>
    internal Func<LinkSpec, OptionValue, LinkSpec?>? Apply { get; init; }
}
