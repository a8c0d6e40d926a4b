using System.Buffers.Binary;
using System.IO.Hashing;

namespace KcpTun.Sim.Engine;

/// <summary>
/// A running 128-bit hash (XXH128) over every externally visible event of a run. Two runs with equal hashes did the
/// same; the checkpoints say where two that differ first did.
/// </summary>
public sealed class TraceHash
{
    /// <summary>Events between two checkpoints.</summary>
    public const int CheckpointEvents = 1024;

    private const int RecordSize = 40;

    private readonly XxHash128 _hash = new();
    private readonly List<TraceCheckpoint> _checkpoints = [];
    private readonly byte[] _pending = new byte[RecordSize * 64];
    private int _pendingLength;

    /// <summary>Events so far.</summary>
    public long Events { get; private set; }

    /// <summary>State of the hash after every <see cref="CheckpointEvents"/> events.</summary>
    public IReadOnlyList<TraceCheckpoint> Checkpoints => _checkpoints;

    /// <summary>Called for each event, in order, with what is hashed; null costs nothing.</summary>
    public Action<TraceEvent>? OnEvent { get; set; }

    /// <summary>Adds an event.</summary>
    public void Add(in TraceEvent traceEvent)
    {
        Encode(traceEvent, _pending.AsSpan(_pendingLength, RecordSize));
        _pendingLength += RecordSize;
        if (_pendingLength == _pending.Length)
            Flush();
        Events++;
        OnEvent?.Invoke(traceEvent);
        if (Events % CheckpointEvents == 0)
            _checkpoints.Add(new TraceCheckpoint(Events, traceEvent.Time, Current()));
    }

    /// <summary>The hash of everything so far.</summary>
    public UInt128 Current()
    {
        Flush();
        return _hash.GetCurrentHashAsUInt128();
    }

    /// <summary>32 hexadecimal digits.</summary>
    public static string Format(UInt128 hash) =>
        hash.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The 40 bytes that are hashed for an event.</summary>
    internal static void Encode(in TraceEvent traceEvent, Span<byte> record)
    {
        BinaryPrimitives.WriteInt64LittleEndian(record, traceEvent.Time);
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], (int)traceEvent.Kind);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], traceEvent.Place);
        BinaryPrimitives.WriteInt64LittleEndian(record[16..], traceEvent.Index);
        BinaryPrimitives.WriteInt64LittleEndian(record[24..], traceEvent.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(record[32..], traceEvent.Content);
    }

    /// <summary>What <see cref="Encode"/> wrote.</summary>
    internal static TraceEvent Decode(ReadOnlySpan<byte> record) => new(
        BinaryPrimitives.ReadInt64LittleEndian(record),
        (TraceEventKind)BinaryPrimitives.ReadInt32LittleEndian(record[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(record[12..]),
        BinaryPrimitives.ReadInt64LittleEndian(record[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(record[24..]),
        BinaryPrimitives.ReadUInt64LittleEndian(record[32..]));

    private void Flush()
    {
        _hash.Append(_pending.AsSpan(0, _pendingLength));
        _pendingLength = 0;
    }
}

/// <summary>The hash's state at some point.</summary>
/// <param name="Events">Events hashed.</param>
/// <param name="Time">Time of the last of them, ns.</param>
public readonly record struct TraceCheckpoint(long Events, long Time, UInt128 Hash);

/// <summary>What an event is about.</summary>
public enum TraceEventKind
{
    DatagramSent = 1,
    DatagramDelivered,
    DatagramDropped,
    StreamBytes,
    StreamEnd,
    FlowDone,
    RunEnd,
}

/// <summary>One externally visible event.</summary>
/// <param name="Time">Virtual ns.</param>
/// <param name="Place">Direction of a datagram and reason of its loss; side of a stream.</param>
/// <param name="Index">Datagram ordinal or flow number.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Content">Hash of the bytes; 0 where they are known from an earlier event.</param>
public readonly record struct TraceEvent(
    long Time, TraceEventKind Kind, int Place, long Index, long Length, ulong Content);
