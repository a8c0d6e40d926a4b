using System.IO.Compression;
using System.Text;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Tracing;

namespace KcpTun.Conformance.Sim.Tracing;

/// <summary>Runs in files.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TraceRecordingTests
{
    private const string Line = "--mode fast2 --fec 10/3 --loss 10 --rtt 40 --workload bulk:128KiB --seed 1 --seeds 1";

    private static void InFile(Action<string> test)
    {
        string path = Path.GetTempFileName();
        try
        {
            test(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static RunResult Write(string path) =>
        TraceRecording.Write(path, SimTest.Experiment(Line).Runs().Single(), "1.2.3", Line.Split(' '));

    /// <summary>The file without its compression.</summary>
    private static byte[] Content(string path)
    {
        using var zip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var content = new MemoryStream();
        zip.CopyTo(content);
        return content.ToArray();
    }

    private static void Damage(string path, Func<byte[], byte[]> change)
    {
        byte[] changed = change(Content(path));
        using var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        zip.Write(changed);
    }

    [Test]
    public void A_recording_is_the_run_it_was_made_of() => InFile(path =>
    {
        RunResult result = Write(path);
        TraceRecording recording = TraceRecording.Read(path);
        recording.Header.Engine.ShouldBe("1.2.3");
        string.Join(' ', recording.Header.Command).ShouldBe(Line);
        recording.Header.TraceHash.ShouldBe(result.TraceHash);
        recording.Count.ShouldBe(recording.Header.Events);

        SimPlan again = SimTest.Experiment(recording.Header.Command).Runs().Single();
        recording.Events(0, int.MaxValue).ShouldBe(TraceComparisonTests.Events(again));
        recording.Events(recording.Count, 5).ShouldBeEmpty();
        recording.Events(recording.Count - 2, 5).Count.ShouldBe(2);
        TraceComparison.Find(recording, new RunTrace(again)).ShouldBeNull();
    });

    [Test]
    public void A_changed_event_is_noticed() => InFile(path =>
    {
        Write(path);
        Damage(path, content =>
        {
            content[^1] ^= 1;
            return content;
        });
        Should.Throw<InvalidDataException>(() => TraceRecording.Read(path)).Message.ShouldContain("have the hash");
    });

    [Test]
    public void A_missing_end_is_noticed() => InFile(path =>
    {
        long events = 0;
        Write(path);
        events = TraceRecording.Read(path).Count;
        Damage(path, content => content[..^50]);
        Should.Throw<InvalidDataException>(() => TraceRecording.Read(path))
            .Message.ShouldEndWith($"ends after {events - 2} of {events} events");
    });

    [Test]
    public void A_file_cut_off_is_noticed() => InFile(path =>
    {
        Write(path);
        byte[] whole = File.ReadAllBytes(path);
        foreach (int length in new[] { 0, 1, 15, whole.Length / 2, whole.Length - 100 })
        {
            File.WriteAllBytes(path, whole[..length]);
            Should.Throw<InvalidDataException>(() => TraceRecording.Read(path), $"{length} bytes");
        }
    });

    [TestCase("hello")]
    [TestCase("")]
    [TestCase("null\n")]
    [TestCase("{\"events\":-1,\"engine\":\"x\",\"command\":[],\"traceHash\":\"\"}\n")]
    [TestCase("{\"events\":4611686018427387904,\"engine\":\"x\",\"command\":[],\"traceHash\":\"\"}\n")]
    public void What_is_no_recording_is_refused_by_name(string content) => InFile(path =>
    {
        Damage(path, _ => Encoding.UTF8.GetBytes(content));
        Should.Throw<InvalidDataException>(() => TraceRecording.Read(path)).Message.ShouldStartWith(path);
    });

    [Test]
    public void A_file_that_is_not_compressed_is_refused() => InFile(path =>
    {
        File.WriteAllText(path, "no recording at all");
        Should.Throw<InvalidDataException>(() => TraceRecording.Read(path));
    });
}
