using KcpTun.GoInterop;

namespace KcpTun.Interop;

/// <summary>Before all: the programs are there. After all: the matrix is written.</summary>
[SetUpFixture]
public sealed class SuiteSetup
{
    [OneTimeSetUp]
    public async Task Require_all_programs()
    {
        if (!Implementation.Ours.IsPresent)
            Assert.Fail($"{Implementation.Ours.ClientCommand[0]} is missing: build src/KcpTun.Cli, or set KCPTUN_EXE.");

        if (await GoReleases.EnsureAsync() is not { } problem)
            return;
        string message = $"The Go releases are missing; {GoReleases.FetchCommand} gets them: {problem}";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(message);
        await TestContext.Progress.WriteLineAsync($"interop: skipped. {message}");
        Assert.Ignore(message);
    }

    [OneTimeTearDown]
    public Task Write_the_matrix() => TestContext.Progress.WriteLineAsync(MatrixReport.Write());
}
