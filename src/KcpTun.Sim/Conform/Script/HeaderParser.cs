using KcpTun.Sim.Conform.Stages;
using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Script;

/// <summary>Reads the header of a script, one line at a time.</summary>
internal sealed class HeaderParser
{
    /// <summary>What stands for a setting that a script does not name.</summary>
    public static IReadOnlyDictionary<string, string> Defaults { get; } = new Dictionary<string, string>
    {
        ["crypt"] = "none",
        ["mode"] = "fast",
        ["datashard"] = "0",
        ["parityshard"] = "0",
        ["nocomp"] = "true",
        ["smuxver"] = "1",
        ["mtu"] = "1350",
        ["sndwnd"] = "128",
        ["rcvwnd"] = "512",
        ["keepalive"] = "10",
    };

    private static readonly string[] s_words =
    [
        "id", "title", "level", "ref", "sut", "layer", "config", "peer", "needs", "releases", "for", "tolerance",
        "patience", "clock", "link",
    ];

    private static readonly string[] s_repeatable = ["config", "peer", "needs"];

    private readonly Dictionary<string, string> _texts = [];
    private readonly Dictionary<string, string> _config = new(Defaults);
    private readonly Dictionary<string, string> _peer = [];
    private readonly List<string> _needs = [];
    private readonly List<KeyValuePair<string, string>> _link = [];
    private CaseLevel _level;
    private WireLayer _layer = WireLayer.Kcp;
    private SubjectRole[] _roles = [];
    private string[] _releases = [];
    private long? _tolerance;
    private long? _patience;
    private uint? _clock;

    /// <summary>Reads a line if it belongs to the header.</summary>
    /// <returns>False if it does not.</returns>
    public bool TryRead(LineReader line)
    {
        if (Array.Find(s_words, line.IsNext) is not { } word)
            return false;
        int column = line.Column;
        line.Take(word);
        if (!_texts.TryAdd(word, "") && !s_repeatable.Contains(word))
            throw line.Error(column, $"{word} is given twice");
        Read(word, line);
        return true;
    }

    /// <summary>The header, once for each part that the subject plays.</summary>
    /// <param name="line">The line after the header, for complaints.</param>
    public IReadOnlyList<ScriptHeader> Finish(LineReader line)
    {
        string[] required = ["id", "title", "level", "ref", "sut"];
        if (Array.Find(required, word => !_texts.ContainsKey(word)) is { } missing)
            throw line.Error(1, $"the header has no {missing}");
        return [.. _roles.Select(Header)];
    }

    private ScriptHeader Header(SubjectRole role)
    {
        ScriptHeader header = new()
        {
            Id = _roles.Length == 1 ? _texts["id"] : $"{_texts["id"]}/{NameOf(role)}",
            Title = _texts["title"],
            Level = _level,
            Reference = _texts["ref"],
            Role = role,
            Layer = _layer,
            Config = _config,
            Peer = _peer,
            Needs = _needs,
            Releases = _releases,
            ClockStart = _clock,
            Link = _link,
        };
        return header with
        {
            Tolerance = _tolerance ?? header.Tolerance,
            Patience = _patience ?? header.Patience,
        };
    }

    private static string NameOf(SubjectRole role) => role == SubjectRole.Client ? "client" : "server";

    private void Read(string word, LineReader line)
    {
        switch (word)
        {
            case "id":
                _texts[word] = Id(line);
                break;
            case "title" or "ref":
                _texts[word] = NonEmpty(line, word);
                return;
            case "level":
                _level = OneOf(line, ("MUST", CaseLevel.Must), ("SHOULD", CaseLevel.Should),
                    ("QUIRK", CaseLevel.Quirk), ("INFO", CaseLevel.Info));
                break;
            case "sut":
                _roles = OneOf<SubjectRole[]>(line, ("server", [SubjectRole.Server]), ("client", [SubjectRole.Client]),
                    ("either", [SubjectRole.Server, SubjectRole.Client]));
                break;
            case "layer":
                _layer = OneOf(line, ("datagram", WireLayer.Datagram), ("kcp", WireLayer.Kcp),
                    ("snappy", WireLayer.Snappy), ("smux", WireLayer.Smux));
                break;
            case "config" or "peer":
                foreach ((string name, string value) in Settings(line))
                    (word == "config" ? _config : _peer)[name] = value;
                break;
            case "link":
                ReadLink(line);
                break;
            case "needs":
                _needs.AddRange(Words(line));
                break;
            case "releases":
                _releases = [.. Words(line)];
                break;
            case "for":
                // Its values are in the text by now.
                _ = line.Rest();
                break;
            default:
                ReadNumber(word, line);
                break;
        }

        line.End();
    }

    private void ReadNumber(string word, LineReader line)
    {
        if (word == "tolerance")
            _tolerance = line.Duration();
        else if (word == "patience")
            _patience = line.Duration();
        else
            _clock = (uint)line.Number();
    }

    private static string Id(LineReader line)
    {
        int column = line.Column;
        string id = line.Token("an id such as kcp/5.2/1");
        string[] parts = id.Split('/');
        return parts.Length >= 3 && parts.All(part => part.Length > 0)
            ? id
            : throw line.Error(column, "an id is layer/section/number, such as kcp/5.2/1");
    }

    private static string NonEmpty(LineReader line, string word)
    {
        string text = line.Rest();
        return text.Length > 0 ? text : throw line.Error($"{word} has no text");
    }

    private static IEnumerable<KeyValuePair<string, string>> Settings(LineReader line)
    {
        while (!line.IsAtEnd)
        {
            int column = line.Column;
            string[] setting = line.Token("a setting").Split('=', 2);
            if (setting.Length != 2 || setting[0].Length == 0)
                throw line.Error(column, "expected name=value");
            yield return KeyValuePair.Create(setting[0], setting[1]);
        }
    }

    private void ReadLink(LineReader line)
    {
        int column = line.Column;
        _link.AddRange(Settings(line));
        if (LinkFilter.Create(_link, isSubjectClient: false, out string? error) is null)
            throw line.Error(column, error!);
    }

    private static IEnumerable<string> Words(LineReader line)
    {
        while (!line.IsAtEnd)
            yield return line.Token("a word");
    }

    private static T OneOf<T>(LineReader line, params (string Word, T Value)[] choices)
    {
        foreach ((string word, T value) in choices)
        {
            if (line.TryTake(word))
                return value;
        }

        throw line.Error($"expected {string.Join(", ", choices.Select(choice => choice.Word))}");
    }
}
