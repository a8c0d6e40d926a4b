namespace KcpTun.Sim.Reports;

/// <summary>Sequence numbers over time, of one run.</summary>
/// <param name="Name">Which run: variant and seed.</param>
/// <param name="Command">Runs it again.</param>
/// <param name="Tracks">One for each conversation and direction that carried data.</param>
/// <param name="Notes">What the tracks leave out, one sentence each.</param>
public sealed record TimeSequence(
    string Name, string Command, IReadOnlyList<TimeSequenceTrack> Tracks, IReadOnlyList<string> Notes);

/// <summary>The segments of one conversation in one direction.</summary>
/// <param name="Name">As in <c>up, conversation 7f3a9c01</c>.</param>
/// <param name="Series">One for each kind that has points.</param>
public sealed record TimeSequenceTrack(string Name, IReadOnlyList<TimeSequenceSeries> Series);

/// <summary>The points of one kind, in order of time.</summary>
/// <param name="Stride">One of so many points is kept; 1 keeps all.</param>
public sealed record TimeSequenceSeries(
    TimeSequenceKind Kind, int Stride, IReadOnlyList<TimeSequencePoint> Points);

/// <param name="Time">Virtual ns.</param>
/// <param name="SequenceNumber">Counted on where the 32 bits wrap.</param>
public readonly record struct TimeSequencePoint(long Time, long SequenceNumber);

/// <summary>What happened to a segment.</summary>
public enum TimeSequenceKind
{
    /// <summary>Sent for the first time.</summary>
    First,

    /// <summary>Sent again.</summary>
    Retransmission,

    /// <summary>A transmission reached the other end.</summary>
    Delivered,

    /// <summary>A transmission was lost on the path.</summary>
    Dropped,

    /// <summary>The sender learned of one segment's arrival.</summary>
    Acknowledged,

    /// <summary>The sender learned which segment the other end waits for (<c>una</c>).</summary>
    Cumulative,
}
