using System.Diagnostics;
using System.Globalization;

namespace KcpTun.Mutation;

/// <summary>What became of a mutant.</summary>
/// <param name="Killer">The test that failed, or how the process ended; null for a survivor.</param>
internal sealed record Outcome(string Key, string? Killer);

/// <summary>
/// A process that tries one mutant after the other. A mutant that never ends or takes the process down costs the
/// process, and the next one gets a new one.
/// </summary>
internal sealed class Worker : IDisposable
{
    public const string Command = "worker";

    private Process? _process;

    /// <summary>The other end: reads a mutant and its tests, answers with a line.</summary>
    public static int Serve()
    {
        TextReader requests = Console.In;
        TextWriter answers = Console.Out;
        Console.SetOut(TextWriter.Null);
        var host = new TestHost();
        answers.WriteLine("ready");
        while (requests.ReadLine() is { } request)
        {
            string[] parts = request.Split('\t');
            int mutant = int.Parse(parts[0], CultureInfo.InvariantCulture);
            answers.WriteLine(host.Run(mutant, parts[1..])?.ReplaceLineEndings(" ") ?? "-");
            answers.Flush();
        }

        return 0;
    }

    public string? Try(Mutant mutant, IReadOnlyList<TestProfile> tests, TimeSpan patience)
    {
        if (mutant.IsStatic)
            Dispose();
        _process ??= Start();
        string names = string.Join('\t', tests.Select(test => test.Name));
        _process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{mutant.Id}\t{names}"));
        _process.StandardInput.Flush();
        Task<string?> answer = _process.StandardOutput.ReadLineAsync();
        if (!answer.Wait(patience))
        {
            Dispose();
            return "(the tests did not end)";
        }

        if (answer.Result is null)
        {
            Dispose();
            return "(the process ended)";
        }

        if (mutant.IsStatic)
            Dispose();
        return answer.Result == "-" ? null : answer.Result;
    }

    public void Dispose()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
        _process = null;
    }

    private static Process Start()
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, [Command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A mutant may ask for memory without end.
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x40000000";
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        if (process.StandardOutput.ReadLine() != "ready")
            throw new InvalidOperationException("The worker did not start.");
        return process;
    }
}
