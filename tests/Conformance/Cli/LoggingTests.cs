using System.Text;
using System.Text.Json;
using KcpTun.Cli.Logging;
using KcpTun.Conformance.Cli.Support;
using KcpTun.Settings;
using Microsoft.Extensions.Logging;

namespace KcpTun.Conformance.Cli;

internal sealed class LoggingTests
{
    private static readonly DateTimeOffset s_start = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private string _directory = "";

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("kcptun-log-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void The_go_format_is_local_time_and_message() =>
        Lines(LogFormat.Go, logger => logger.Line("version: X")).ShouldBe(["2026/03/04 07:06:07 version: X"]);

    [Test]
    public void The_text_format_adds_level_and_category() =>
        Lines(LogFormat.Text, logger => logger.Warn("hm")).ShouldBe(["2026/03/04 07:06:07 warning a.b: hm"]);

    [Test]
    public void The_json_format_is_one_object_a_line()
    {
        string line = Lines(LogFormat.Json, logger => logger.Fatal("a \"b\"\nc")).ShouldHaveSingleItem();
        JsonElement entry = JsonDocument.Parse(line).RootElement;
        entry.GetProperty("time").GetDateTimeOffset().ShouldBe(s_start);
        entry.GetProperty("level").GetString().ShouldBe("fatal");
        entry.GetProperty("category").GetString().ShouldBe("a.b");
        entry.GetProperty("message").GetString().ShouldBe("a \"b\"\nc");
    }

    [Test]
    public void A_message_cannot_forge_a_second_line() =>
        Lines(LogFormat.Go, logger => logger.Line("a\r\n2026 b\u001b[31m\tc"))
            .ShouldBe(["2026/03/04 07:06:07 a  2026 b [31m\tc"]);

    [Test]
    public void An_exception_is_one_line_without_a_stack_trace() =>
        Lines(LogFormat.Go, logger => logger.Log(LogLevel.Error, default, "pipe", Thrown(), Itself))
            .ShouldBe(["2026/03/04 07:06:07 pipe: gone bad"]);

    [Test]
    public void Debug_lines_are_not_printed() =>
        Lines(LogFormat.Go, logger => logger.Log(LogLevel.Debug, default, "x", null, Itself)).ShouldBeEmpty();

    [TestCase("go", LogFormat.Go, true)]
    [TestCase("text", LogFormat.Text, true)]
    [TestCase("json", LogFormat.Json, true)]
    [TestCase("Json", LogFormat.Go, false)]
    public void Format_names_are_exact(string name, LogFormat expected, bool known)
    {
        LogFormats.TryParse(name, out LogFormat format).ShouldBe(known);
        format.ShouldBe(expected);
    }

    [Test]
    public void A_log_file_is_appended_to()
    {
        string path = Path.Combine(_directory, "a.log");
        File.WriteAllText(path, "before\n");
        using (StreamLineSink sink = StreamLineSink.OpenFile(path))
            sink.Write("after\n"u8);
        File.ReadAllText(path).ShouldBe("before\nafter\n");
    }

    [Test]
    public void Rotation_by_truncation_leaves_no_hole()
    {
        string path = Path.Combine(_directory, "a.log");
        using StreamLineSink sink = StreamLineSink.OpenFile(path);
        sink.Write("a long first line\n"u8);
        using (FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(0);
        sink.Write("second\n"u8);
        ReadShared(path).ShouldBe("second\n");
    }

    [Test]
    public void Two_writers_share_one_file()
    {
        string path = Path.Combine(_directory, "a.log");
        using StreamLineSink first = StreamLineSink.OpenFile(path);
        using StreamLineSink second = StreamLineSink.OpenFile(path);
        first.Write("1\n"u8);
        second.Write("2\n"u8);
        first.Write("3\n"u8);
        ReadShared(path).ShouldBe("1\n2\n3\n");
    }

    [Test]
    public void Every_line_is_in_the_file_at_once()
    {
        string path = Path.Combine(_directory, "a.log");
        using StreamLineSink sink = StreamLineSink.OpenFile(path);
        sink.Write("now\n"u8);
        ReadShared(path).ShouldBe("now\n");
    }

    [Test]
    [Platform(Include = "Linux")]
    public void A_full_disk_drops_lines_and_counts_them()
    {
        using StreamLineSink sink = StreamLineSink.OpenFile("/dev/full");
        sink.Write("lost\n"u8);
        sink.Write("lost\n"u8);
        sink.Dropped.ShouldBe(2);
    }

    [Test]
    public void Lines_of_many_threads_stay_whole()
    {
        using MemoryStream memory = new();
        using StreamLineSink sink = new(memory);
        Parallel.For(0, 8, thread =>
        {
            byte[] line = Encoding.ASCII.GetBytes($"{new string((char)('a' + thread), 100)}\n");
            for (int i = 0; i < 200; i++)
                sink.Write(line);
        });
        string[] lines = Encoding.ASCII.GetString(memory.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(1600);
        lines.ShouldAllBe(line => line.Length == 100 && line.Distinct().Count() == 1);
    }

    private static IReadOnlyList<string> Lines(LogFormat format, Action<ILogger> log)
    {
        CollectedLines lines = new();
        using LineLoggerProvider provider = new(format, new ManualTime(s_start, TimeSpan.FromHours(2)), lines);
        using LoggerFactory factory = new([provider]);
        log(factory.CreateLogger("a.b"));
        return lines.Lines;
    }

    private static string Itself(string state, Exception? failure) => state;

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("gone bad");
        }
        catch (InvalidOperationException failure)
        {
            return failure;
        }
    }

    private static string ReadShared(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(file);
        return reader.ReadToEnd();
    }
}
