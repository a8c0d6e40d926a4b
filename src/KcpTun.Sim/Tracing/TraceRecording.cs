using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Tracing;

/// <summary>What a recording says before its events.</summary>
/// <param name="Engine">Version of the simulator that made it.</param>
/// <param name="Command">Words of the command line that makes the run.</param>
/// <param name="TraceHash">32 hexadecimal digits.</param>
/// <param name="Events">How many follow.</param>
public sealed record TraceHeader(string Engine, IReadOnlyList<string> Command, string TraceHash, long Events);

/// <summary>
/// Every event of one run in a file: to be compared with the same run on another machine, or by a later version. gzip;
/// inside a line of JSON (<see cref="TraceHeader"/>), then 40 bytes for each event, little-endian as they are hashed.
/// </summary>
public sealed class TraceRecording : ITraceSource
{
    private const int RecordSize = 40;
    private const int LongestHeader = 64 * 1024;

    private readonly TraceEvent[] _events;

    private TraceRecording(TraceHeader header, TraceEvent[] events)
    {
        Header = header;
        _events = events;
        var trace = new TraceHash();
        foreach (TraceEvent traceEvent in events)
            trace.Add(traceEvent);
        Hash = trace.Current();
        Checkpoints = trace.Checkpoints;
    }

    public TraceHeader Header { get; }

    public UInt128 Hash { get; }

    public long Count => _events.Length;

    public IReadOnlyList<TraceCheckpoint> Checkpoints { get; }

    public IReadOnlyList<TraceEvent> Events(long first, int count) =>
        first >= _events.Length ? [] : new ArraySegment<TraceEvent>(
            _events, (int)first, (int)Math.Min(count, _events.Length - first));

    /// <summary>Executes a plan and writes every event of it.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static RunResult Write(string path, SimPlan plan, string engine, IReadOnlyList<string> command)
    {
        var records = new MemoryStream();
        byte[] record = new byte[RecordSize];
        var trace = new TraceHash
        {
            OnEvent = traceEvent =>
            {
                TraceHash.Encode(traceEvent, record);
                records.Write(record);
            },
        };
        RunResult result = SimRun.Execute(plan, trace);
        var header = new TraceHeader(engine, command, result.TraceHash, trace.Events);
        using FileStream file = File.Create(path);
        using var zip = new GZipStream(file, CompressionLevel.Optimal);
        zip.Write(JsonSerializer.SerializeToUtf8Bytes(header, TraceJson.Default.TraceHeader));
        zip.WriteByte((byte)'\n');
        records.Position = 0;
        records.CopyTo(zip);
        return result;
    }

    /// <summary>Reads a recording.</summary>
    /// <exception cref="InvalidDataException">The file is no recording, or damaged; the message says how.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TraceRecording Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        using var zip = new GZipStream(file, CompressionMode.Decompress);
        TraceHeader header = ReadHeader(zip, path);
        if (header.Events is < 0 or > int.MaxValue / 2)
            throw new InvalidDataException($"{path}: {header.Events} events are impossible");
        var events = new List<TraceEvent>();
        byte[] record = new byte[RecordSize];
        for (long i = 0; i < header.Events; i++)
        {
            if (zip.ReadAtLeast(record, RecordSize, throwOnEndOfStream: false) < RecordSize)
                throw new InvalidDataException($"{path}: ends after {i} of {header.Events} events");
            events.Add(TraceHash.Decode(record));
        }

        var recording = new TraceRecording(header, [.. events]);
        string found = TraceHash.Format(recording.Hash);
        return found == header.TraceHash
            ? recording
            : throw new InvalidDataException($"{path}: its events have the hash {found}, it says {header.TraceHash}");
    }

    private static TraceHeader ReadHeader(Stream stream, string path)
    {
        var line = new List<byte>();
        while (line.Count < LongestHeader)
        {
            int next = stream.ReadByte();
            if (next is '\n' or < 0)
                break;
            line.Add((byte)next);
        }

        try
        {
            return JsonSerializer.Deserialize(line.ToArray(), TraceJson.Default.TraceHeader)
                ?? throw new InvalidDataException($"{path}: is no recording of kcptun-sim");
        }
        catch (JsonException)
        {
            throw new InvalidDataException($"{path}: is no recording of kcptun-sim");
        }
    }
}

[JsonSerializable(typeof(TraceHeader))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class TraceJson : JsonSerializerContext;
