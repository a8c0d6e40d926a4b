using System.Text.RegularExpressions;
using KcpTun.Conformance.Support;
using KcpTun.Sim.Plans;

namespace KcpTun.Conformance.Repository;

/// <summary>A command line that a document tells its reader to type.</summary>
/// <param name="Place">File and line.</param>
/// <param name="Program">File name of the program, such as <c>dotnet</c>.</param>
/// <param name="Arguments">What follows it.</param>
internal sealed record DocumentedCommand(string Place, string Program, IReadOnlyList<string> Arguments)
{
    public override string ToString() => $"{Place} {Program} {ShellWords.Join(Arguments)}";
}

/// <summary>Finds them in code blocks, indented or fenced, and in code within sentences.</summary>
internal static partial class DocumentedCommands
{
    private static readonly string[] s_programs = ["dotnet", "kcptun", "kcptun-client", "kcptun-server", "kcptun-sim"];

    public static IEnumerable<DocumentedCommand> All() => RepositoryText.Documents().SelectMany(InFile);

    public static IEnumerable<DocumentedCommand> InFile(string file) =>
        In(Path.GetRelativePath(RepositoryRoot.Path, file), File.ReadAllText(file));

    public static IEnumerable<DocumentedCommand> In(string name, string text)
    {
        string[] lines = text.Split('\n');
        bool isFenced = false;
        for (int i = 0; i < lines.Length; i++)
        {
            string place = $"{name}:{i + 1}";
            if (lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                isFenced = !isFenced;
                continue;
            }

            if (!isFenced && !lines[i].StartsWith("    ", StringComparison.Ordinal))
            {
                foreach (Match span in CodeSpan().Matches(lines[i]))
                {
                    if (TryRead(place, span.Groups[1].Value) is { Arguments.Count: > 0 } inSentence)
                        yield return inSentence;
                }

                continue;
            }

            string line = lines[i];
            while (line.EndsWith('\\') && i + 1 < lines.Length)
                line = line[..^1] + lines[++i];
            if (TryRead(place, line) is { } command)
                yield return command;
        }
    }

    /// <summary>Null if the line is no call of one of the programs, or has gaps to fill in.</summary>
    private static DocumentedCommand? TryRead(string place, string line)
    {
        string command = Before().Replace(Comment().Replace(line, ""), "");
        if (command.Contains('[', StringComparison.Ordinal) || command.Contains('…', StringComparison.Ordinal))
            return null;
        if (!ShellWords.TrySplit(command, out IReadOnlyList<string> words) || words.Count == 0)
            return null;
        string program = words[0][(words[0].LastIndexOf('/') + 1)..];
        return s_programs.Contains(program) ? new DocumentedCommand(place, program, [.. words.Skip(1)]) : null;
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"\s+#\s.*$")]
    private static partial Regex Comment();

    /// <summary>Prompt, systemd's key, and variables for this one command.</summary>
    [GeneratedRegex(@"^\s*(\$ )?(ExecStart=)?([A-Z][A-Za-z0-9_]*=\S+ +)*")]
    private static partial Regex Before();
}
