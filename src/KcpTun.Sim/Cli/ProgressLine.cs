using System.Globalization;
using KcpTun.Sim.Running;
using Spectre.Console;

namespace KcpTun.Sim.Cli;

/// <summary>
/// Says on standard error how far it is: a bar on a terminal, else a line now and then. Drawn by its caller's thread
/// only, because a run must not meet others on the thread pool.
/// </summary>
internal sealed class ProgressLine
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(30);

    private readonly SimEnvironment _environment;
    private readonly TimeSpan _start;
    private TimeSpan _next;

    public ProgressLine(SimEnvironment environment)
    {
        _environment = environment;
        _start = environment.Clock();
        _next = _start + (environment.ErrorIsTerminal ? s_silence : s_period);
    }

    /// <summary>Executes <paramref name="work"/>, which reports its progress.</summary>
    public static void Show(SimEnvironment environment, Action<Action<RunProgress>> work)
    {
        if (!environment.ErrorIsTerminal)
        {
            work(new ProgressLine(environment).Report);
            return;
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(environment.Error),
        });
        console.Progress()
            .AutoRefresh(false)
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(),
                new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask("runs");
                work(progress =>
                {
                    task.MaxValue = Math.Max(progress.Total, 1);
                    task.Value = progress.Done;
                    context.Refresh();
                });
            });
    }

    private void Report(RunProgress progress)
    {
        TimeSpan now = _environment.Clock();
        if (now < _next || progress.Done == progress.Total)
            return;
        _next = now + s_period;
        double seconds = (now - _start).TotalSeconds;
        _environment.Say(string.Create(
            CultureInfo.InvariantCulture, $"{progress.Done} of {progress.Total} runs after {seconds:F0} s"));
    }
}
