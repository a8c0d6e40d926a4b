using System.CommandLine;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Tracing;

namespace KcpTun.Sim.Cli;

/// <summary>Runs a recording again and finds the first event that differs.</summary>
internal static class RecordingReplay
{
    private static readonly byte[] s_gzip = [0x1f, 0x8b];

    /// <summary>Whether the file begins like one; false for a file that cannot be read.</summary>
    public static bool IsRecording(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] start = new byte[s_gzip.Length];
            return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
                && start.AsSpan().SequenceEqual(s_gzip);
        }
        catch (Exception failure) when (OutputFiles.IsFileError(failure))
        {
            return false;
        }
    }

    /// <returns>The exit status.</returns>
    public static int Run(SimEnvironment environment, string path)
    {
        TraceRecording recording = Read(path);
        if (recording.Header.Engine != environment.Version)
        {
            throw CommandException.Usage(
                $"{path}: a recording of engine {recording.Header.Engine}, but this is {environment.Version}");
        }

        PlanOptions options = new(new Command("run"));
        ExperimentPlan plan = RunCommand.Plan(environment, options.ReadWords(recording.Header.Command, path));
        if (plan.RunCount != 1)
            throw CommandException.Usage($"{path}: its command has {plan.RunCount} runs, a recording has one");
        RunTrace? now = null;
        PoolGuard.Watch(environment, () => now = new RunTrace(plan.Runs().First()));
        return Compare(environment, recording, now!);
    }

    private static int Compare(SimEnvironment environment, TraceRecording recording, RunTrace now)
    {
        string hash = TraceHash.Format(now.Hash);
        if (TraceComparison.Find(recording, now) is not { } difference)
        {
            environment.Output.Write($"the same to the bit: {now.Count} events, trace hash {hash}\n");
            return ExitCodes.Ok;
        }

        environment.Say($"trace hash {recording.Header.TraceHash} is now {hash}");
        environment.Output.Write($"recorded on the left, now on the right; {difference}");
        return ExitCodes.Assertion;
    }

    private static TraceRecording Read(string path)
    {
        try
        {
            return TraceRecording.Read(path);
        }
        catch (InvalidDataException damaged)
        {
            string message = damaged.Message.ReplaceLineEndings(" ");
            throw CommandException.Usage(
                message.StartsWith(path, StringComparison.Ordinal) ? message : $"{path}: damaged: {message}");
        }
        catch (Exception failure) when (OutputFiles.IsFileError(failure))
        {
            throw CommandException.Usage(OutputFiles.Describe(path, failure));
        }
    }
}
