using KcpTun.GoInterop;
using KcpTun.GoInterop.Traffic;

namespace KcpTun.Interop.Exercises;

/// <summary>A repository to clone, made once per run of the suite.</summary>
public sealed record GitFixture(string Folder, string Head)
{
    /// <summary>Its name below <see cref="Folder"/>.</summary>
    public const string RepositoryName = "origin";

    private const int Files = 60;
    private const int LargestFile = 40_000;

    private static readonly Lazy<Task<GitFixture>> s_shared = new(CreateAsync);

    // Whoever runs the suite may have a configuration that signs, hooks or rewrites URLs.
    private static readonly Dictionary<string, string> s_environment = new()
    {
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_TERMINAL_PROMPT"] = "0",
        ["GIT_AUTHOR_NAME"] = "interop",
        ["GIT_AUTHOR_EMAIL"] = "interop@localhost",
        ["GIT_COMMITTER_NAME"] = "interop",
        ["GIT_COMMITTER_EMAIL"] = "interop@localhost",
    };

    public static Task<GitFixture> SharedAsync() => s_shared.Value;

    /// <summary>Runs git.</summary>
    /// <returns>What it printed, trimmed.</returns>
    public static async Task<string> GitAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        (await Program.RunAsync(["git", .. arguments], cancellationToken, s_environment)).Trim();

    private static async Task<GitFixture> CreateAsync()
    {
        string folder = Path.Combine(Repository.Artifacts, "interop", "git");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        string repository = Path.Combine(folder, RepositoryName);
        Directory.CreateDirectory(repository);
        for (int i = 0; i < Files; i++)
        {
            await using FileStream file = File.Create(Path.Combine(repository, $"file-{i}"));
            await file.SendAsync(new Payload((ulong)i, LargestFile * (i + 1) / Files), CancellationToken.None);
        }

        await GitAsync(["init", "--quiet", repository], CancellationToken.None);
        await GitAsync(["-C", repository, "add", "--all"], CancellationToken.None);
        await GitAsync(["-C", repository, "commit", "--quiet", "-m", "content"], CancellationToken.None);
        string head = await GitAsync(["-C", repository, "rev-parse", "HEAD"], CancellationToken.None);
        return new GitFixture(folder, head);
    }
}
