using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Tuning;

/// <summary>The settings that the search may try.</summary>
internal sealed class CandidateSpace
{
    public const int SmallestWindow = 128;
    public const int LargestWindow = 8192;

    /// <summary>Largest window of the first look where no capacity says what the path can hold.</summary>
    private const int UnboundedWindow = 2048;

    private const int DefaultStreamBuffer = 2 * 1024 * 1024;

    private static readonly FecShards[] s_shapes =
        [default, new(20, 3), new(10, 1), new(10, 3), new(10, 5), new(10, 10), new(5, 5), new(2, 2), new(1, 1)];

    private static readonly FecShards[] s_autoShapes = [default, new(10, 3)];
    private static readonly string[] s_stockModes = ["normal", "fast", "fast2", "fast3"];

    /// <summary>Stock modes of the end that faces a mode auto.</summary>
    private static readonly string[] s_facingModes = ["fast", "fast3"];

    private readonly TunePeer _peer;
    private readonly IReadOnlyList<string> _modes;
    private readonly FecShards[]? _fecs;
    private readonly int _segmentBytes;
    private readonly bool _hasOwnWindows;
    private readonly bool _hasOwnBuffers;

    /// <param name="given">Modes, shards and windows that are given here are not searched.</param>
    /// <param name="peer">Who sits at the other end.</param>
    /// <param name="arithmetic">Says what the path can hold.</param>
    public CandidateSpace(PlanArguments given, TunePeer peer, PathArithmetic arithmetic)
    {
        _peer = peer;
        _modes = given.Modes.Count > 0 ? given.Modes : [.. s_stockModes, Candidate.AutoMode];
        _fecs = given.Fecs.Count == 0 ? null : [.. given.Fecs.Select(Shape)];
        _segmentBytes = arithmetic.SegmentBytes(hasFec: false);
        _hasOwnWindows = Has(given, "sndwnd") || Has(given, "rcvwnd");
        _hasOwnBuffers = Has(given, "smuxbuf") || Has(given, "streambuf");
        FirstWindow = UnboundedWindow;
        (int least, int most) = (SmallestWindow, LargestWindow);
        if (arithmetic.SegmentsInFlight is { } inFlight)
        {
            FirstWindow = SmallestWindow;
            while (FirstWindow < inFlight && FirstWindow < LargestWindow)
                FirstWindow *= 2;
            least = Math.Max(SmallestWindow, FirstWindow / 4);
            most = Math.Min(LargestWindow, FirstWindow * 4);
        }

        List<int> windows = [];
        for (int window = least; window <= most; window *= 2)
            windows.Add(window);
        Windows = windows;
    }

    /// <summary>The window that every mode and shape is first tried with, segments.</summary>
    public int FirstWindow { get; }

    /// <summary>Windows worth trying, segments, ascending.</summary>
    public IReadOnlyList<int> Windows { get; }

    /// <summary>Every mode with every shape, at the first window.</summary>
    public IEnumerable<Candidate> First()
    {
        foreach (string mode in _modes)
        {
            FecShards[] shapes = _fecs ?? (mode == Candidate.AutoMode ? s_autoShapes : s_shapes);
            foreach (FecShards shape in shapes)
            {
                if (mode == Candidate.AutoMode && _peer != TunePeer.Ours)
                {
                    foreach (string facing in s_facingModes)
                        yield return OneSided(facing, shape);
                }
                else
                {
                    yield return WithWindow(new Candidate(mode, mode, shape, 0, 0), FirstWindow);
                }
            }
        }
    }

    /// <summary>The same setting with every other window.</summary>
    public IEnumerable<Candidate> OtherWindows(Candidate candidate) => candidate.Window == 0
        ? []
        : Windows.Where(window => window != candidate.Window).Select(window => WithWindow(candidate, window));

    private Candidate OneSided(string facing, FecShards shape) => WithWindow(
        _peer == TunePeer.GoServer
            ? new Candidate(Candidate.AutoMode, facing, shape, 0, 0)
            : new Candidate(facing, Candidate.AutoMode, shape, 0, 0),
        FirstWindow);

    /// <summary>Two ends in mode auto choose their windows by themselves.</summary>
    private Candidate WithWindow(Candidate candidate, int window)
    {
        if (_hasOwnWindows || (candidate.HasAuto && !candidate.IsOneSided))
            return candidate;
        long bytes = (long)window * _segmentBytes;
        int buffer = 0;
        if (!_hasOwnBuffers && bytes > DefaultStreamBuffer)
        {
            buffer = DefaultStreamBuffer;
            while (buffer < bytes)
                buffer *= 2;
        }

        return candidate with { Window = window, StreamBuffer = buffer };
    }

    private static bool Has(PlanArguments given, string flag) =>
        given.Flags.Any(pair => pair.Key == flag)
        || given.ClientWords.Concat(given.ServerWords).Any(word => word.TrimStart('-').Split('=')[0] == flag);

    /// <summary>The caller has checked them.</summary>
    private static FecShards Shape(string text) => FecShards.TryParse(text, out FecShards shape)
        ? shape
        : throw new ArgumentException($"{text} are no shards");
}
