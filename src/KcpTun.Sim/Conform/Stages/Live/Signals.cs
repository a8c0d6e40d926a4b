using System.Runtime.InteropServices;

namespace KcpTun.Sim.Conform.Stages.Live;

/// <summary>What a stage needs of the C library.</summary>
internal static partial class Signals
{
    private const int Terminate = 15;
    private const int UserLinux = 10;
    private const int UserBsd = 30;

    /// <summary>SIGTERM.</summary>
    public static void SendTerminate(int process) => _ = Kill(process, Terminate);

    /// <summary>SIGUSR1.</summary>
    public static void SendUser(int process) => _ = Kill(process, OperatingSystem.IsLinux() ? UserLinux : UserBsd);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
