using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using KcpTun.Settings;
using Microsoft.Extensions.Logging;

namespace KcpTun.Cli.Logging;

/// <summary>One log entry before it has a shape.</summary>
/// <param name="Time">Local time.</param>
internal readonly record struct LogEntry(DateTimeOffset Time, LogLevel Level, string Category, string Message);

/// <summary>Turns log entries into lines.</summary>
internal static class LineFormatter
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line in UTF-8 with its line feed; there is no other line feed in it.</summary>
    public static byte[] Format(LogFormat format, in LogEntry entry) => format switch
    {
        LogFormat.Json => Json(entry),
        LogFormat.Text => Plain($"{Stamp(entry.Time)} {Name(entry.Level),-7} {entry.Category}: {entry.Message}"),
        _ => Plain($"{Stamp(entry.Time)} {entry.Message}"),
    };

    private static string Stamp(DateTimeOffset time) =>
        time.ToString("yyyy'/'MM'/'dd HH':'mm':'ss", CultureInfo.InvariantCulture);

    // A peer's or a file's text in a message must not be able to forge lines.
    private static byte[] Plain(string line) =>
        Encoding.UTF8.GetBytes(string.Create(line.Length + 1, line, static (target, source) =>
        {
            for (int i = 0; i < source.Length; i++)
                target[i] = char.IsControl(source[i]) && source[i] != '\t' ? ' ' : source[i];
            target[^1] = '\n';
        }));

    private static byte[] Json(in LogEntry entry)
    {
        ArrayBufferWriter<byte> line = new();
        using (Utf8JsonWriter writer = new(line, s_json))
        {
            writer.WriteStartObject();
            writer.WriteString("time", entry.Time);
            writer.WriteString("level", Name(entry.Level));
            writer.WriteString("category", entry.Category);
            writer.WriteString("message", entry.Message);
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
