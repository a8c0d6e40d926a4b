namespace KcpTun.Sim.Conform.Stages.Live;

/// <summary>The last lines a process printed.</summary>
internal sealed class OutputTail
{
    private const int MaxLines = 400;
    private const int MaxLength = 1000;

    private readonly object _gate = new();
    private readonly Queue<string> _lines = new();

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
            _lines.Enqueue(line.Length > MaxLength ? line[..MaxLength] : line);
            if (_lines.Count > MaxLines)
                _lines.Dequeue();
        }
    }

    /// <summary>The last <paramref name="count"/> lines.</summary>
    public string Last(int count)
    {
        lock (_gate)
            return string.Join('\n', _lines.TakeLast(count));
    }

    /// <summary>Lines that say <paramref name="text"/>, as far as they are still kept.</summary>
    public IReadOnlyList<string> With(string text)
    {
        lock (_gate)
            return [.. _lines.Where(line => line.Contains(text, StringComparison.Ordinal))];
    }
}
