using System.Security.Cryptography;
using KcpTun.GoInterop;
using KcpTun.GoInterop.Processes;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Interop.Exercises;

/// <summary>Programs that know nothing of tunnels work through one.</summary>
public static class ProgramExercises
{
    private const int SmallDocumentBytes = 1000;
    private const int LargeDocumentBytes = 2 * 1024 * 1024;
    private const string DocumentTimeoutSeconds = "45";

    /// <summary>Clones a repository from a git daemon and compares commit and content.</summary>
    public static async Task GitCloneAsync(CellRun run)
    {
        GitFixture origin = await GitFixture.SharedAsync();
        GitDaemon daemon = run.Own(await GitDaemon.StartAsync(origin.Folder, run.CancellationToken));
        RunningTunnel tunnel = await run.StartAsync(daemon.Address);
        TemporaryFolder copy = run.Own(new TemporaryFolder());

        string url = $"git://127.0.0.1:{tunnel.EntryPort}/{GitFixture.RepositoryName}";
        await GitFixture.GitAsync(["clone", "--quiet", url, copy.Path], run.CancellationToken);
        string head = await GitFixture.GitAsync(["-C", copy.Path, "rev-parse", "HEAD"], run.CancellationToken);
        head.ShouldBe(origin.Head);
        await GitFixture.GitAsync(["-C", copy.Path, "fsck", "--full", "--strict"], run.CancellationToken);
    }

    /// <summary>curl gets two documents over one connection.</summary>
    public static async Task CurlAsync(CellRun run)
    {
        RunningTunnel tunnel = await run.StartAsync(HttpTarget.HandleAsync);
        TemporaryFolder folder = run.Own(new TemporaryFolder());
        string small = Path.Combine(folder.Path, "small");
        string large = Path.Combine(folder.Path, "large");
        string origin = $"http://127.0.0.1:{tunnel.EntryPort}";
        await Program.RunAsync(
            [
                "curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", DocumentTimeoutSeconds,
                "--output", small, $"{origin}/{SmallDocumentBytes}",
                "--output", large, $"{origin}/{LargeDocumentBytes}",
            ],
            run.CancellationToken);
        await ShouldBePayloadAsync(small, SmallDocumentBytes, run.CancellationToken);
        await ShouldBePayloadAsync(large, LargeDocumentBytes, run.CancellationToken);
    }

    private static async Task ShouldBePayloadAsync(string path, int length, CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(path);
        string hash = Convert.ToHexString(await SHA256.HashDataAsync(file, cancellationToken));
        new Digest(file.Length, hash).ShouldBe(new Payload((ulong)length, length).Digest());
    }
}
