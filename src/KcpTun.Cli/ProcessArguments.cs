using System.Reflection;
using System.Text;

namespace KcpTun.Cli;

/// <summary>What the process knows about its own start.</summary>
internal static class ProcessArguments
{
    private const string CommandLineFile = "/proc/self/cmdline";

    /// <summary>
    /// The word the process was started by, a symbolic link included. The base library's first argument is the managed
    /// file instead, and its process path is the link's target; Linux keeps the word itself.
    /// </summary>
    public static string ProgramName()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                byte[] words = File.ReadAllBytes(CommandLineFile);
                int end = Array.IndexOf(words, (byte)0);
                return Encoding.UTF8.GetString(words.AsSpan(0, Math.Max(end, 0)));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Without /proc the base library's word has to do.
        }

        return Environment.GetCommandLineArgs()[0];
    }

    /// <summary>The informational version of this build.</summary>
    public static string Version() =>
        typeof(ProcessArguments).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "unknown";
}
