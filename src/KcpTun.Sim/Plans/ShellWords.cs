using System.Text;

namespace KcpTun.Sim.Plans;

/// <summary>Words of a POSIX shell's command line, quoted so that they can be pasted, and split again.</summary>
public static class ShellWords
{
    private const string SafePunctuation = "-_./:=,+%@^";

    /// <summary>One word, in single quotes where a shell would change it.</summary>
    public static string Quote(string word)
    {
        bool isSafe = word.Length > 0
            && word.All(c => char.IsAsciiLetterOrDigit(c) || SafePunctuation.Contains(c, StringComparison.Ordinal));
        return isSafe ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>A command line of <paramref name="words"/>.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>Splits at blanks outside quotes; nothing is expanded.</summary>
    /// <returns>False if a quote is not closed.</returns>
    public static bool TrySplit(string line, out IReadOnlyList<string> words)
    {
        List<string> found = [];
        StringBuilder word = new();
        bool inWord = false;
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '\\' && quote != '\'' && i + 1 < line.Length && IsEscapable(line[i + 1], quote))
            {
                word.Append(line[++i]);
                inWord = true;
            }
            else if (quote != '\0' ? c == quote : c is '\'' or '"')
            {
                quote = quote == '\0' ? c : '\0';
                inWord = true;
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (inWord)
                    found.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }

        if (inWord)
            found.Add(word.ToString());
        words = found;
        return quote == '\0';
    }

    /// <summary>Within double quotes a backslash counts before these only.</summary>
    private static bool IsEscapable(char next, char quote) => quote == '\0' || next is '"' or '\\' or '$' or '`';
}
