namespace KcpTun.Sim.Conform.Script;

/// <summary>
/// Reads conformance scripts; docs/conformance/scripts.md describes the language. The whole script is checked before
/// anything runs.
/// </summary>
internal static class ScriptParser
{
    /// <summary>More lines than any case needs.</summary>
    public const int MaxLines = 5000;

    /// <summary>More cases than one file needs to stand for.</summary>
    private const int MaxValues = 100;

    /// <param name="file">Its name, for complaints.</param>
    /// <param name="text">The script.</param>
    /// <returns>The cases it stands for: one for each part of the subject and each value of <c>for</c>.</returns>
    /// <exception cref="ScriptException">The script is malformed.</exception>
    public static IReadOnlyList<ConformanceScript> Parse(string file, string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        if (lines.Length > MaxLines)
            throw new ScriptException(file, MaxLines + 1, 1, $"a script has {MaxLines} lines at most");
        List<ConformanceScript> cases = [];
        (string? name, IReadOnlyList<string> values) = Loop(file, lines);
        foreach (string value in values)
            cases.AddRange(ParseOne(file, Expand(lines, name, value), value));
        return cases;
    }

    private static IEnumerable<ConformanceScript> ParseOne(string file, string[] lines, string value)
    {
        using IEnumerator<LineReader> readers =
            lines.Select((line, i) => new LineReader(file, i + 1, line)).GetEnumerator();
        HeaderParser header = new();
        LineReader? first = null;
        while (first is null && readers.MoveNext())
        {
            if (!readers.Current.IsAtEnd && !header.TryRead(readers.Current))
                first = readers.Current;
        }

        IReadOnlyList<ScriptHeader> headers = header.Finish(first ?? new LineReader(file, lines.Length, ""));
        if (first is null)
            throw new ScriptException(file, lines.Length, 1, "the script does nothing");
        List<Step> steps = new StepParser(StartingWith(first, readers)).Parse();
        string source = string.Join('\n', lines);
        return headers.Select(one => new ConformanceScript(
            file, source, value.Length == 0 ? one : one with { Id = $"{one.Id}/{value}" }, steps));
    }

    private static IEnumerator<LineReader> StartingWith(LineReader first, IEnumerator<LineReader> rest)
    {
        yield return first;
        while (rest.MoveNext())
            yield return rest.Current;
    }

    /// <summary><c>for NAME in VALUE ...</c>, wherever it stands.</summary>
    private static (string? Name, IReadOnlyList<string> Values) Loop(string file, string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            LineReader line = new(file, i + 1, lines[i]);
            if (!line.TryTake("for"))
                continue;
            string name = line.Word("a name");
            line.Take("in");
            List<string> values = [];
            while (!line.IsAtEnd)
                values.Add(line.Token("a value"));
            return values.Count is > 0 and <= MaxValues
                ? (name, values)
                : throw line.Error($"for needs 1 to {MaxValues} values");
        }

        return (null, [""]);
    }

    private static string[] Expand(string[] lines, string? name, string value) => name is null
        ? lines
        : [.. lines.Select(line => line.Replace($"{{{name}}}", value, StringComparison.Ordinal))];
}
