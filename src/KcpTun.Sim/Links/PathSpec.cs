namespace KcpTun.Sim.Links;

/// <summary>Both directions of the path, and the NAT before the client.</summary>
public sealed partial record PathSpec
{
    public LinkSpec Up { get; init; } = new();

    public LinkSpec Down { get; init; } = new();

    public NatSpec Nat { get; init; } = new();

    /// <summary>
    /// The settings the path was made of, as <c>--key value</c> would repeat them; a preset by its name.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    public LinkSpec this[PathDirection direction] => direction == PathDirection.Up ? Up : Down;

    /// <summary>Makes a path of settings (<see cref="PathOptions.All"/>); reads the trace files they name.</summary>
    /// <param name="settings">Keys without dashes, and values.</param>
    /// <param name="error">One line that names the option and says what would be right.</param>
    public static bool TryParse(
        IReadOnlyList<KeyValuePair<string, string>> settings, out PathSpec? path, out string? error)
    {
        ArgumentNullException.ThrowIfNull(settings);
        path = PathParser.Parse(settings, out error);
        return path is not null;
    }
}
