using System.Globalization;
using System.Text;
using System.Text.Json;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Sweeps;

/// <summary>
/// A directory of results: <c>sweep.json</c> says what they belong to, and each shard appends a line a run to its own
/// <c>part-N.jsonl</c>. Whatever kills the process, at most the line being written is lost.
/// </summary>
/// <remarks>
/// What does not fit (another sweep, another engine, damaged lines) is an <see cref="InvalidDataException"/>; what the
/// file system refuses is its own exception.
/// </remarks>
internal sealed class ResultStore : IDisposable
{
    private const string HeaderFile = "sweep.json";
    private const string PartPattern = "part-*.jsonl";

    private readonly SweepHeader _header;
    private readonly FileStream _lock;
    private readonly FileStream _part;
    private readonly Dictionary<string, RunResult> _results;

    private ResultStore(
        SweepHeader header, FileStream @lock, FileStream part, Dictionary<string, RunResult> results)
    {
        _header = header;
        _lock = @lock;
        _part = part;
        _results = results;
    }

    /// <summary>Results of runs, by <see cref="SweepRun.Id"/>.</summary>
    public IReadOnlyDictionary<string, RunResult> Results => _results;

    /// <summary>Opens a directory for one shard, and makes it if it is not there.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="header">What will be appended; what is there must belong to the same.</param>
    /// <param name="shard">Which part is written.</param>
    /// <exception cref="InvalidDataException">The directory holds something else.</exception>
    public static ResultStore Open(string path, SweepHeader header, Shard shard)
    {
        if (File.Exists(path))
            throw new InvalidDataException($"--out {path}: that is a file; name a folder, new or of the same sweep");
        Directory.CreateDirectory(path);
        Claim(Path.Combine(path, HeaderFile), path, header);
        string part = Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"part-{shard.Index}"));
        FileStream? held = null;
        FileStream? file = null;
        try
        {
            held = Lock(part);
            file = new FileStream(
                $"{part}.jsonl", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            DropTornLine(file);
            return new ResultStore(header, held, file, ReadParts(path, header));
        }
        catch
        {
            file?.Dispose();
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Reads all results of a directory.</summary>
    /// <exception cref="InvalidDataException">It holds no results, or damaged ones.</exception>
    public static (SweepHeader Header, Dictionary<string, RunResult> Results) Read(string path)
    {
        if (!File.Exists(Path.Combine(path, HeaderFile)))
            throw new InvalidDataException($"{path}: no results of a sweep, because there is no {HeaderFile}");
        SweepHeader header = ReadHeader(Path.Combine(path, HeaderFile));
        return (header, ReadParts(path, header));
    }

    /// <summary>Appends a run; it is with the operating system when this returns.</summary>
    public void Append(SweepRun run, RunResult result)
    {
        SweepRecord record = new(
            _header.Engine, _header.Plan, run.Id, run.Cell.Name, run.Workload.Text, run.Command, result);
        byte[] line = [.. record.ToLine(), (byte)'\n'];
        _part.Write(line);
        _part.Flush();
        _results[run.Id] = result;
    }

    public void Dispose()
    {
        _part.Dispose();
        _lock.Dispose();
    }

    /// <summary>
    /// A part has one writer. The lock is a file of its own, because others may read the part, and it goes with the
    /// process.
    /// </summary>
    private static FileStream Lock(string part)
    {
        try
        {
            return new FileStream(
                $"{part}.lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 1,
                FileOptions.DeleteOnClose);
        }
        catch (IOException) when (File.Exists($"{part}.lock"))
        {
            throw new IOException($"{part}.jsonl is being written by another process");
        }
    }

    private static void Claim(string file, string path, SweepHeader header)
    {
        try
        {
            using FileStream made = new(file, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            made.Write(JsonSerializer.SerializeToUtf8Bytes(header, SweepJsonContext.Default.SweepHeader));
            return;
        }
        catch (IOException) when (File.Exists(file))
        {
            // Made by an earlier run or by another shard.
        }

        SweepHeader found = ReadHeader(file);
        if (found.Engine != header.Engine)
        {
            throw new InvalidDataException(
                $"{path}: results of engine {found.Engine}, but this is {header.Engine}: take another directory");
        }

        if (found.Plan != header.Plan)
        {
            throw new InvalidDataException(
                $"{path}: results of another sweep (kcptun-sim sweep {Plans.ShellWords.Join(found.Arguments)}): "
                + "take another directory");
        }
    }

    private static SweepHeader ReadHeader(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), SweepJsonContext.Default.SweepHeader)
                is { Engine: not null, Plan: not null, Arguments: not null } header
                ? header
                : throw new InvalidDataException($"{file}: not the head of a sweep");
        }
        catch (JsonException)
        {
            throw new InvalidDataException($"{file}: damaged; remove it if no sweep is starting there");
        }
    }

    /// <summary>A line without an end was being written when the process died.</summary>
    private static void DropTornLine(FileStream file)
    {
        long end = file.Length;
        while (end > 0)
        {
            file.Position = end - 1;
            if (file.ReadByte() == '\n')
                break;
            end--;
        }

        file.SetLength(end);
        file.Position = end;
    }

    private static Dictionary<string, RunResult> ReadParts(string path, SweepHeader header)
    {
        Dictionary<string, RunResult> results = [];
        foreach (string part in Directory.GetFiles(path, PartPattern).Order(StringComparer.Ordinal))
            ReadPart(part, header, results);
        return results;
    }

    private static void ReadPart(string part, SweepHeader header, Dictionary<string, RunResult> results)
    {
        using FileStream file = new(part, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file, Encoding.UTF8);
        int number = 0;
        while (reader.ReadLine() is { } line)
        {
            number++;
            SweepRecord? record = SweepRecord.TryParse(Encoding.UTF8.GetBytes(line));

            // The last line may be torn, here or in a part that another process is writing.
            if (record is null && reader.EndOfStream)
                return;
            string place = $"{part} line {number}";
            if (record is null)
                throw new InvalidDataException($"{place}: not a result");
            if (record.Engine != header.Engine)
                throw new InvalidDataException($"{place}: a result of engine {record.Engine}, not {header.Engine}");
            if (record.Plan != header.Plan)
                throw new InvalidDataException($"{place}: a result of another sweep");
            Add(results, record.Id, record.Result, place);
        }
    }

    /// <summary>Takes a result; a second one of the same run must be the same.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public static void Add(Dictionary<string, RunResult> results, string id, RunResult result, string place)
    {
        if (!results.TryAdd(id, result) && results[id].TraceHash != result.TraceHash)
        {
            throw new InvalidDataException(
                $"{place}: differs from another result of the same run ({result.TraceHash} and "
                + $"{results[id].TraceHash}): a run is not deterministic");
        }
    }
}
