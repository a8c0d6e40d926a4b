using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Workloads;

namespace KcpTun.Sim.Sweeps;

/// <summary>One finished run, a line of a results file.</summary>
/// <param name="Engine">Version of the engine.</param>
/// <param name="Plan"><see cref="SweepPlan.Id"/>.</param>
/// <param name="Id">Names the run.</param>
/// <param name="Cell"><see cref="SweepCell.Name"/>.</param>
/// <param name="Workload">As given.</param>
/// <param name="Command">Repeats the run.</param>
/// <param name="Result">What it measured.</param>
internal sealed record SweepRecord(
    string Engine, string Plan, string Id, string Cell, string Workload, string Command, RunResult Result)
{
    /// <summary>Without the line feed.</summary>
    public byte[] ToLine() => JsonSerializer.SerializeToUtf8Bytes(this, SweepJsonContext.Default.SweepRecord);

    /// <summary>Null for what is no record.</summary>
    public static SweepRecord? TryParse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, SweepJsonContext.Default.SweepRecord) is { Result: not null } record
                ? record
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One run of a sweep.</summary>
internal sealed record SweepRun(SweepCell Cell, WorkloadSpec Workload, SimPlan Plan)
{
    public string Command { get; } = Cell.Plan.ReproduceCommand(Cell.Variant, Workload, Plan.Seed);

    /// <summary>Names the run; 32 hexadecimal digits.</summary>
    public string Id => Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(Command)));

    public static IEnumerable<SweepRun> Of(SweepCell cell) =>
        cell.Plan.Runs().Select(plan => new SweepRun(cell, plan.Workload, plan));
}

/// <summary>What a directory of results belongs to.</summary>
/// <param name="Engine">Version of the engine.</param>
/// <param name="Plan"><see cref="SweepPlan.Id"/>.</param>
/// <param name="Arguments">The words after <c>kcptun-sim sweep</c>.</param>
internal sealed record SweepHeader(string Engine, string Plan, IReadOnlyList<string> Arguments);

/// <summary>Messages and their deadline, as an object.</summary>
internal sealed class DeadlinesConverter : JsonConverter<(long Missed, long Total)>
{
    public override (long Missed, long Total) Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        (long Missed, long Total) deadlines = default;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isMissed = reader.ValueTextEquals("missed"u8);
            reader.Read();
            if (isMissed)
                deadlines.Missed = reader.GetInt64();
            else
                deadlines.Total = reader.GetInt64();
        }

        return deadlines;
    }

    public override void Write(
        Utf8JsonWriter writer, (long Missed, long Total) value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("missed"u8, value.Missed);
        writer.WriteNumber("total"u8, value.Total);
        writer.WriteEndObject();
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    IgnoreReadOnlyProperties = true,
    Converters = [typeof(DeadlinesConverter)])]
[JsonSerializable(typeof(SweepRecord))]
[JsonSerializable(typeof(SweepHeader))]
internal sealed partial class SweepJsonContext : JsonSerializerContext;
