using System.Globalization;
using KcpTun.Kcp;
using KcpTun.Sim.Links;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Reports;

/// <summary>
/// Records the sequence numbers of a run for the time-sequence view. Memory is bounded: a series that is full keeps
/// every second of its points, and conversations beyond the first few are left out.
/// </summary>
public sealed class TimeSequenceRecorder : IWireObserver
{
    /// <summary>Points of a series before it is thinned: enough to fill a screen.</summary>
    public const int DefaultMaxPoints = 4096;

    private const int MaxConversations = 8;

    private readonly int _maxPoints;
    private readonly List<Conversation> _conversations = [];
    private bool _hasOthers;

    /// <param name="maxPoints">Points of one series, at least 2.</param>
    public TimeSequenceRecorder(int maxPoints = DefaultMaxPoints)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPoints, 2);
        _maxPoints = maxPoints;
    }

    /// <inheritdoc/>
    public void OnWire(in WireEvent wireEvent, ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> packet)
    {
        var reader = new PacketReader(packet);
        while (reader.TryRead(out KcpHeader header))
        {
            if (Find(header.Conversation) is not { } conversation)
                continue;
            if (header.Command == KcpHeader.Push)
                conversation[wireEvent.Direction].Transmission(wireEvent, header.SequenceNumber);
            if (wireEvent.Kind == WireEventKind.Delivered)
                conversation[Opposite(wireEvent.Direction)].Feedback(wireEvent.Time, header);
        }
    }

    /// <summary>What has been recorded.</summary>
    /// <param name="name">Which run it was.</param>
    /// <param name="command">Runs it again.</param>
    public TimeSequence Finish(string name, string command)
    {
        List<TimeSequenceTrack> tracks = [];
        List<string> notes = [];
        foreach (Conversation conversation in _conversations)
        {
            Add("up", conversation.Up);
            Add("down", conversation.Down);

            void Add(string direction, TrackRecorder track)
            {
                if (!track.HasData)
                    return;
                TimeSequenceSeries[] series = track.Finish();
                tracks.Add(new TimeSequenceTrack(
                    string.Create(CultureInfo.InvariantCulture, $"{direction}, conversation {conversation.Id:x8}"),
                    series));
            }
        }

        if (tracks.SelectMany(track => track.Series).Any(series => series.Stride > 1))
            notes.Add("Dense series are thinned; the legend says to one of how many points.");
        if (_hasOthers)
            notes.Add($"Only the first {MaxConversations} conversations are recorded.");
        return new TimeSequence(name, command, tracks, notes);
    }

    private static PathDirection Opposite(PathDirection direction) =>
        direction == PathDirection.Up ? PathDirection.Down : PathDirection.Up;

    private Conversation? Find(uint id)
    {
        foreach (Conversation known in _conversations)
        {
            if (known.Id == id)
                return known;
        }

        if (_conversations.Count == MaxConversations)
        {
            _hasOthers = true;
            return null;
        }

        var conversation = new Conversation(id, new TrackRecorder(_maxPoints), new TrackRecorder(_maxPoints));
        _conversations.Add(conversation);
        return conversation;
    }

    private sealed record Conversation(uint Id, TrackRecorder Up, TrackRecorder Down)
    {
        public TrackRecorder this[PathDirection direction] => direction == PathDirection.Up ? Up : Down;
    }
}
