using System.Runtime.InteropServices;

namespace KcpTun.Sim.Conform.Stages.Live;

/// <summary>Sleeps shorter than a millisecond.</summary>
internal static partial class Nap
{
    private const int NanosecondsPerMicrosecond = 1000;

    /// <param name="microseconds">0..999.</param>
    public static unsafe void For(long microseconds)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            Thread.Sleep(1);
            return;
        }

        var time = new TimeSpec { Nanoseconds = microseconds * NanosecondsPerMicrosecond };
        _ = NanoSleep(&time, null);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static unsafe partial int NanoSleep(TimeSpec* time, TimeSpec* rest);

    /// <summary><c>struct timespec</c> of 64-bit systems.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
