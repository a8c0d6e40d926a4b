using System.Text;
using KcpTun.Cli.Logging;

namespace KcpTun.Conformance.Cli.Support;

/// <summary>Log lines kept in memory, without their line feeds.</summary>
internal sealed class CollectedLines : ILineSink
{
    private const int StampLength = 20;

    private readonly object _gate = new();
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines];
        }
    }

    /// <summary>The lines without the time before them.</summary>
    public IReadOnlyList<string> Messages => [.. Lines.Select(line => line[StampLength..])];

    public void Write(ReadOnlySpan<byte> line)
    {
        line[^1].ShouldBe((byte)'\n');
        line[..^1].Contains((byte)'\n').ShouldBeFalse();
        lock (_gate)
            _lines.Add(Encoding.UTF8.GetString(line[..^1]));
    }
}
