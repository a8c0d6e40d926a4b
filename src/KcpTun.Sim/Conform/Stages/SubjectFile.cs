using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using KcpTun.Settings;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Conform.Stages;

/// <summary>
/// Reads subject files (<c>*.sut</c>): one <c>word rest-of-line</c> per line, <c>#</c> for remarks. In commands,
/// <c>${NAME}</c> is an environment variable and <c>${NAME:-text}</c> has a default, as in a shell.
/// </summary>
internal sealed partial class SubjectFile
{
    private const string Extension = ".sut";
    private const int LongestReady = 600_000;

    private static readonly string[] s_words =
        ["name", "version", "server", "client", "lacks", "flag", "release", "counters", "ready"];

    private static readonly string[] s_repeatable = ["lacks", "flag"];

    private readonly string _file;
    private readonly string _folder;
    private readonly Func<string, string?> _variable;
    private readonly HashSet<string> _seen = [];
    private readonly List<string> _lacks = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _flags = [];
    private Subject? _subject;
    private int _line;

    private SubjectFile(string file, string folder, Func<string, string?> variable)
    {
        _file = file;
        _folder = folder;
        _variable = variable;
    }

    /// <summary>The subjects that come with the program, by name.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.EndsWith(Extension, StringComparison.Ordinal))
            .Select(name => name[..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>
    /// Reads a file, or a subject that comes with the program: its paths start in the current folder.
    /// </summary>
    /// <param name="nameOrPath">A path, or one of <see cref="Known"/>.</param>
    /// <param name="variable">An environment variable, or null.</param>
    /// <exception cref="ScriptException">There is none, or it is wrong.</exception>
    public static Subject Load(string nameOrPath, Func<string, string?> variable)
    {
        if (!Known.Contains(nameOrPath))
            return Parse(nameOrPath, ReadText(nameOrPath), FolderOf(nameOrPath), variable);
        string text = Sim.Reports.Resources.Read(nameOrPath + Extension);
        return Parse(nameOrPath + Extension, text, Directory.GetCurrentDirectory(), variable);
    }

    /// <param name="file">What errors call it.</param>
    /// <param name="text">Its content.</param>
    /// <param name="folder">Where relative paths of programs start.</param>
    /// <param name="variable">An environment variable, or null.</param>
    /// <exception cref="ScriptException">It is wrong.</exception>
    public static Subject Parse(string file, string text, string folder, Func<string, string?> variable)
    {
        SubjectFile parser = new(file, folder, variable);
        parser._subject = new Subject { Name = "", Folder = folder };
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            parser._line++;
            parser.Read(line);
        }

        return parser.Complete();
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ScriptException(
                path, 1, 1, $"cannot be read, and is none of the known subjects, {string.Join(", ", Known)}");
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private void Read(string line)
    {
        Match match = Line().Match(line);
        if (!match.Success)
            return;
        string word = match.Groups["word"].Value;
        Group rest = match.Groups["rest"];
        int column = match.Groups["word"].Index + 1;
        if (!s_words.Contains(word))
        {
            string hint = NearestName.Hint(word, s_words);
            throw Error(column, $"'{word}' is not known here{hint}; use one of {string.Join(", ", s_words)}");
        }

        if (!s_repeatable.Contains(word) && !_seen.Add(word))
            throw Error(column, $"'{word}' is given twice");
        if (rest.Length == 0)
            throw Error(column + word.Length, $"'{word}' needs a value");
        Assign(word, rest.Value, rest.Index + 1);
    }

    private void Assign(string word, string value, int column)
    {
        _subject = word switch
        {
            "name" => _subject! with { Name = value },
            "version" => _subject! with { Version = Command(value, column) },
            "server" => _subject! with { Server = Command(value, column, Subject.UdpPlace, Subject.TcpPlace) },
            "client" => _subject! with { Client = Command(value, column, Subject.UdpPlace, Subject.TcpPlace) },
            "release" => _subject! with { Release = Release(value, column) },
            "counters" => _subject! with { HasCounters = Counters(value, column) },
            "ready" => _subject! with { Ready = Ready(value, column) },
            _ => _subject!,
        };
        if (word == "lacks")
            _lacks.AddRange(value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries));
        if (word == "flag")
            Flag(value, column);
    }

    private Subject Complete()
    {
        if (_subject!.Name.Length == 0)
            throw Error(1, "'name' is missing: what reports are to call it");
        if (_subject.Server.Count == 0 && _subject.Client.Count == 0)
            throw Error(1, "'server' and 'client' are missing: at least one command is needed");
        return _subject with { Lacks = _lacks, Flags = _flags };
    }

    private IReadOnlyList<string> Command(string text, int column, params string[] places)
    {
        foreach (Match match in Place().Matches(text))
        {
            bool isKnown = places.Contains(match.Value) || (places.Length > 0 && match.Value == Subject.FlagsPlace);
            if (isKnown)
                continue;
            string use = places.Length == 0 ? "none can be used here" : "use {udp}, {tcp} and {flags}";
            throw Error(column + match.Index, $"{match.Value} stands for nothing; {use}");
        }

        foreach (string place in places)
        {
            if (!text.Contains(place, StringComparison.Ordinal))
                throw Error(column, $"the command has no {place}, so its port is not known");
        }

        IReadOnlyList<string> words = Words(text, column);
        if (places.Length > 0 && !words.Contains(Subject.FlagsPlace))
            throw Error(column, "the command has no {flags} as a word of its own, so it would not get its settings");
        return [.. words.Select(word => Variable().Replace(word, Value))];
    }

    private IReadOnlyList<string> Words(string text, int column)
    {
        foreach (Match match in Variable().Matches(text))
        {
            string name = match.Groups["name"].Value;
            if (match.Groups["default"].Success || _variable(name) is not null)
                continue;
            throw Error(
                column + match.Index,
                $"the environment has no {name}; set it, or write a default as in ${{NAME:-text}}");
        }

        return ShellWords.TrySplit(text, out IReadOnlyList<string> words)
            ? words
            : throw Error(column + text.LastIndexOfAny(['"', '\'']), "this quote is not closed");
    }

    private string Value(Match match) => _variable(match.Groups["name"].Value) is { Length: > 0 } value
        ? value
        : match.Groups["default"].Value;

    private void Flag(string text, int column)
    {
        Match match = Line().Match(text);
        string name = match.Groups["word"].Value;
        if (!PlanNames.IsKnownTo(client: true, name) && !PlanNames.IsKnownTo(client: false, name))
            throw Error(column, $"kcptun has no flag '{name}'; write its name without hyphens");
        Group spelling = match.Groups["rest"];
        IReadOnlyList<string> words = Words(spelling.Value, column + spelling.Index);
        if (!_flags.TryAdd(name, words))
            throw Error(column, $"how to spell '{name}' is said twice");
    }

    private string Release(string value, int column) =>
        value.Length == 8 && value.All(char.IsAsciiDigit)
            ? value
            : throw Error(column, $"'{value}' is not a release; write eight digits, such as 20260314");

    private bool Counters(string value, int column) =>
        value == "USR1"
            ? true
            : throw Error(column, $"'{value}' is not known; write USR1 if it logs its counters on that signal");

    private TimeSpan Ready(string value, int column) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int ms)
            && ms is > 0 and <= LongestReady
            ? TimeSpan.FromMilliseconds(ms)
            : throw Error(column, $"'{value}' is not a time; write milliseconds, 1..{LongestReady}");

    private ScriptException Error(int column, string message) => new(_file, _line, column, message);

    [GeneratedRegex(@"^[ \t]*(?<word>[^\s#]\S*)[ \t]*(?<rest>.*?)[ \t]*(?:(?<=[ \t])#.*)?$")]
    private static partial Regex Line();

    [GeneratedRegex(@"(?<!\$)\{[^}]*\}?")]
    private static partial Regex Place();

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?<default>[^}]*))?\}")]
    private static partial Regex Variable();
}
