using KcpTun.Primitives;
using KcpTun.Sim.Conform.Stages;

namespace KcpTun.Conformance.Sim.Conform.Running;

/// <summary>A subject whose stages are what a test says.</summary>
/// <param name="start">Makes a stage from the number of the start, from 1, and the case's settings.</param>
internal sealed class FakeSubject(Func<int, SubjectSpec, IStage> start) : ISubject
{
    private int _starts;

    /// <summary>The only part that it plays; both if null.</summary>
    public SubjectRole? Role { get; init; }

    public string Name => "fake";

    public string Version => "";

    public string Release => "";

    public IReadOnlySet<string> Lacks { get; init; } = new HashSet<string>();

    public bool IsExact { get; init; }

    public static ISubject Core => SubjectCatalog.Find(["core"], _ => null).ShouldHaveSingleItem();

    public bool Plays(SubjectRole role) => Role is null || Role == role;

    public IStage Start(SubjectSpec spec) => start(Interlocked.Increment(ref _starts), spec);
}

/// <summary>Our core in time that passes for real; it may hear nothing, and it may die.</summary>
internal sealed class FakeStage(SubjectSpec spec) : IStage
{
    private readonly IStage _core = FakeSubject.Core.Start(spec);
    private int _sent;

    public bool IsDeaf { get; init; }

    /// <summary>It dies of the datagram with this number, from 1; 0: it never lived; null: nothing kills it.</summary>
    public int? DiesOf { get; init; }

    public Instant Now => _core.Now;

    public bool IsExact => false;

    public string? Failure => _sent >= DiesOf ? "it ended by itself" : _core.Failure;

    public string Output => "";

    public void Send(int from, ReadOnlySpan<byte> datagram)
    {
        _sent++;
        if (!IsDeaf)
            _core.Send(from, datagram);
    }

    public void Advance(Instant deadline) => _core.Advance(deadline);

    public bool TryReceive(out StageDatagram datagram) => _core.TryReceive(out datagram);

    public IStageApplication Open() => _core.Open();

    public bool TryAccept(out IStageApplication application) => _core.TryAccept(out application);

    public void SetTarget(bool isListening) => _core.SetTarget(isListening);

    public long? Counter(string name) => _core.Counter(name);

    public void Stop() => _core.Stop();

    public void Restart() => _core.Restart();

    public void Dispose() => _core.Dispose();
}
