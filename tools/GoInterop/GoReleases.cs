using System.Diagnostics;

namespace KcpTun.GoInterop;

/// <summary>The Go releases in artifacts/go.</summary>
public static class GoReleases
{
    /// <summary>What to run when they are missing.</summary>
    public const string FetchCommand = "tools/GoInterop/fetch.sh";

    private static readonly TimeSpan s_fetchLimit = TimeSpan.FromMinutes(5);

    /// <summary>Fetches what is missing.</summary>
    /// <returns>Null when both releases are there, else why not.</returns>
    public static async Task<string?> EnsureAsync()
    {
        if (!OperatingSystem.IsLinux())
            return "the Go releases come from Debian packages and run on Linux only";
        if (IsComplete)
            return null;
        (int exitCode, string output) = await RunFetchAsync();
        if (exitCode == 0 && IsComplete)
            return null;
        string reason = output.Trim().Split('\n')[0];
        return $"a Go release is missing in {Path.Combine(Repository.Artifacts, "go")}: {reason}";
    }

    private static bool IsComplete => Implementation.GoOld.IsPresent && Implementation.GoNew.IsPresent;

    private static async Task<(int ExitCode, string Output)> RunFetchAsync()
    {
        using var limit = new CancellationTokenSource(s_fetchLimit);
        using var process = Process.Start(new ProcessStartInfo("bash", [Path.Combine(Repository.Root, FetchCommand)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await errors + await output);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"{FetchCommand} did not finish in {s_fetchLimit.TotalMinutes:0} minutes");
        }
    }
}
