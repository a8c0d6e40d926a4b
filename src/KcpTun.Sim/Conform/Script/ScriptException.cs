using System.Globalization;

namespace KcpTun.Sim.Conform.Script;

/// <summary>A text of the harness (a script, a subject file) says something that it must not say there.</summary>
/// <param name="file">The file as it was named.</param>
/// <param name="line">From 1.</param>
/// <param name="column">From 1, in characters.</param>
/// <param name="message">What is wrong and what would be right; one line.</param>
internal sealed class ScriptException(string file, int line, int column, string message)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"{file}:{line}:{column}: {message}"))
{
    public string File { get; } = file;

    public int Line { get; } = line;

    public int Column { get; } = column;
}
