namespace KcpTun.Cli;

/// <summary>On which thread the base library goes on with what waited for a stream socket.</summary>
internal static class SocketCompletions
{
    /// <summary>The base library's own switch, read before its first socket operation that waits.</summary>
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>
    /// On the thread that polls the sockets, one per processor, instead of on the thread pool. From a connection to its
    /// driver it is then one change of threads instead of three, each of which may have to wake a sleeping processor:
    /// in a virtual machine that takes longer than everything else about an echo of 64 bytes. A byte takes 12 %
    /// less processor time, too (docs/performance.md). What runs there must not block. A user's own setting stays.
    /// </summary>
    public static void RunOnPollingThreads()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
            Environment.SetEnvironmentVariable(Variable, "1");
    }
}
