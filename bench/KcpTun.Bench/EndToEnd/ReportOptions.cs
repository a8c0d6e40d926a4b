using System.CommandLine;
using System.Globalization;
using KcpTun.Bench.Reports;
using KcpTun.GoInterop;
using KcpTun.Sim.Plans;

namespace KcpTun.Bench.EndToEnd;

/// <summary>The options of <c>report</c>.</summary>
internal sealed class ReportOptions
{
    private readonly Option<int> _rounds = CountOption.Create(
        "--rounds", 5, 0, "Rounds; 0 writes what is merged and measures nothing");
    private readonly Option<int> _mebibytes = CountOption.Create(
        "--mib", 192, 1, "MiB moved in each direction, one after the other");
    private readonly Option<int> _echoes = CountOption.Create("--echoes", 1000, 1, "Echoes of 64 bytes, at most");
    private readonly Option<int> _busy = CountOption.Create(
        "--busy", 5, 1, "Seconds of echoes beside a bulk stream, each way, and of short connections");
    private readonly Option<int> _quiet = CountOption.Create(
        "--quiet", 20, 1, "Seconds that idle sessions are watched, and from load to memory");
    private readonly Option<int> _sessions = CountOption.Create("--sessions", 100, 1, "Sessions of the idle tunnel");
    private readonly Option<string[]> _rows = ListOption.OfWords(
        "--rows",
        "Rows",
        FigureCatalog.Rows,
        string.Join(',', FigureCatalog.Rows.Where(row => row != FigureCatalog.MatrixRow)));
    private readonly Option<string[]> _builds = ListOption.OfWords(
        "--builds", "Builds of ours", Builds.All, $"{Builds.Jit},{Builds.Aot}");
    private readonly Option<Pair[]> _pairs = PairOption.Create("ours:ours", "ours:go-new", "go-new:ours");
    private readonly Option<string[]> _ciphers = Texts("--ciphers", "Ciphers of the matrix", "aes,aes-128-gcm,none");
    private readonly Option<string[]> _fec = ListOption.Create(
        "--fec", "Shards of the matrix, as in 10/3", "10/3,0/0", text => FecShards.TryParse(text, out _) ? text : null);
    private readonly Option<string[]> _windows = Numbers("--windows", "Windows of the matrix, packets", "1024");
    private readonly Option<string[]> _streams = Numbers("--streams", "Numbers of streams of the matrix", "1,16");
    private readonly Option<string[]> _links = Texts(
        "--links", "Paths of the matrix: none, or settings of kcptun-sim joined by +, as rtt=50+loss=1", "none");
    private readonly Option<string[]> _merged = Texts("--merge", "Reports in JSON whose samples count too", "");
    private readonly Option<string> _output = new("--out")
    {
        Description = "Folder of report.md, report.json and report.png",
        DefaultValueFactory = _ => ReportFiles.Folder,
    };

    public IEnumerable<Option> All =>
    [
        _rounds, _rows, _builds, _pairs, _mebibytes, _echoes, _busy, _quiet, _sessions,
        _ciphers, _fec, _windows, _streams, _links, _merged, _output,
    ];

    public ReportSettings Read(ParseResult parsed) => new()
    {
        Rounds = parsed.GetRequiredValue(_rounds),
        Effort = new Effort
        {
            Bytes = (long)parsed.GetRequiredValue(_mebibytes) << 20,
            Echoes = parsed.GetRequiredValue(_echoes),
            Busy = TimeSpan.FromSeconds(parsed.GetRequiredValue(_busy)),
            Quiet = TimeSpan.FromSeconds(parsed.GetRequiredValue(_quiet)),
            Sessions = parsed.GetRequiredValue(_sessions),
        },
        Rows = parsed.GetRequiredValue(_rows),
        Pairs = PairOption.Expand(
            parsed.GetRequiredValue(_pairs), [.. parsed.GetRequiredValue(_builds).Select(Builds.Tunnel)]),
        Matrix = new Matrix
        {
            Ciphers = parsed.GetRequiredValue(_ciphers),
            Fec = [.. parsed.GetRequiredValue(_fec).Select(Shards)],
            Windows = [.. parsed.GetRequiredValue(_windows).Select(Number)],
            Streams = [.. parsed.GetRequiredValue(_streams).Select(Number)],
            Links = parsed.GetRequiredValue(_links),
        },
        Merged = parsed.GetRequiredValue(_merged),
        Output = parsed.GetRequiredValue(_output),
    };

    private static FecShards Shards(string text) =>
        FecShards.TryParse(text, out FecShards shards) ? shards : throw new FormatException(text);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static Option<string[]> Texts(string name, string description, string preset) =>
        ListOption.Create<string>(name, description, preset, text => text);

    private static Option<string[]> Numbers(string name, string description, string preset) => ListOption.Create(
        name,
        description,
        preset,
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n > 0 ? text : null);
}
