using KcpTun.Sim.Conform.Stages.Live;
using KcpTun.Sim.Conform.Stages.Virtual;

namespace KcpTun.Sim.Conform.Stages;

/// <summary>What can be tested: our own code in virtual time, and whatever a subject file describes.</summary>
internal static class SubjectCatalog
{
    private const string Everything = "all";

    /// <summary>The release whose rules our code follows.</summary>
    private const string OwnRelease = "20260314";

    private static readonly VirtualSubject s_core =
        new("ours-core", "core", ["closewait"], spec => new CoreStage(spec));

    private static readonly VirtualSubject s_sim = new("ours-sim", "sim", [], spec => new SimStage(spec));

    /// <summary>Names that can be given instead of a file, ours first.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        s_core.ShortName, s_sim.ShortName, .. SubjectFile.Known.OrderBy(name => name != "kcptun"), Everything,
    ];

    /// <param name="names">Names or files of subjects.</param>
    /// <param name="variable">An environment variable, or null.</param>
    /// <exception cref="Script.ScriptException">A file is wrong, or there is none.</exception>
    public static IReadOnlyList<ISubject> Find(
        IEnumerable<string> names, Func<string, string?> variable) =>
        [.. names.SelectMany(name => Find(name, variable)).DistinctBy(subject => subject.Name)];

    private static IEnumerable<ISubject> Find(string name, Func<string, string?> variable)
    {
        if (name == Everything)
            return Find(Names.Where(known => known != Everything), variable);
        VirtualSubject[] own = [s_core, s_sim];
        if (Array.Find(own, subject => name == subject.ShortName || name == subject.Name) is { } mine)
            return [mine];
        return [new LiveSubject(SubjectFile.Load(name, variable))];
    }

    /// <summary>Our own code in this process.</summary>
    private sealed record VirtualSubject(
        string Name, string ShortName, IReadOnlyCollection<string> Missing, Func<SubjectSpec, IStage> Stage) : ISubject
    {
        public string Version => "";

        public string Release => OwnRelease;

        public IReadOnlySet<string> Lacks { get; } = new HashSet<string>(Missing);

        public bool IsExact => true;

        public bool Plays(SubjectRole role) => true;

        public IStage Start(SubjectSpec spec)
        {
            try
            {
                return Stage(spec);
            }
            catch (ArgumentException refused)
            {
                throw new SubjectException($"it does not start: {refused.Message}");
            }
        }
    }

    /// <summary>A process.</summary>
    private sealed class LiveSubject : ISubject
    {
        /// <summary>What cannot be asked of a process.</summary>
        private static readonly string[] s_lacks = ["clock"];

        private readonly Subject _subject;

        public LiveSubject(Subject subject)
        {
            _subject = subject;
            Version = LiveStage.VersionOf(subject) ?? "";
            HashSet<string> lacks = [.. subject.Lacks, .. s_lacks];
            if (!subject.HasCounters)
                lacks.Add("counters");
            Lacks = lacks;
        }

        public string Name => _subject.Name;

        public string Version { get; }

        public string Release => _subject.Release ?? "";

        public IReadOnlySet<string> Lacks { get; }

        public bool IsExact => false;

        public bool Plays(SubjectRole role) => _subject.Plays(role);

        public IStage Start(SubjectSpec spec) => new LiveStage(_subject, spec);
    }
}
