namespace KcpTun.Sim.Conform.Stages.Live;

/// <summary>The last lines that the processes of a stage printed.</summary>
internal sealed class OutputTail
{
    private const int MaxLines = 400;
    private const int MaxLength = 1000;

    /// <summary>Lines of each end of the output that <see cref="Gist"/> shows.</summary>
    private const int GistLines = 8;

    private readonly object _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly List<string> _first = [];

    public override string ToString()
    {
        lock (_gate)
            return string.Join('\n', _lines);
    }

    public void Add(string? line)
    {
        if (line is null)
            return;
        lock (_gate)
        {
            line = line.Length > MaxLength ? line[..MaxLength] : line;
            if (_first.Count < GistLines && line.Length > 0)
                _first.Add(line);
            _lines.Enqueue(line);
            if (_lines.Count > MaxLines)
                _lines.Dequeue();
        }
    }

    /// <summary>A process is started with this command line.</summary>
    public void Begin(string command)
    {
        lock (_gate)
            _first.Clear();
        Add($"$ {command}");
    }

    /// <summary>
    /// How the output began, which often is where a program says what it does not like, and how it ended.
    /// </summary>
    public string Gist()
    {
        lock (_gate)
        {
            string[] last = [.. _lines.Where(line => line.Length > 0).TakeLast(2 * GistLines)];
            return string.Join('\n', last.Contains(_first[0]) ? last : [.. _first, "...", .. last[GistLines..]]);
        }
    }

    /// <summary>Lines that say <paramref name="text"/>, as far as they are still kept.</summary>
    public IReadOnlyList<string> With(string text)
    {
        lock (_gate)
            return [.. _lines.Where(line => line.Contains(text, StringComparison.Ordinal))];
    }
}
