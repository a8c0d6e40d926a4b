using KcpTun.Cli;
using KcpTun.Cli.Logging;

SocketCompletions.RunOnPollingThreads();
using StreamLineSink error = new(Console.OpenStandardError());
using ProcessSignals signals = new(TimeProvider.System);
HostEnvironment environment = new()
{
    Version = ProcessArguments.Version(),
    Output = Console.Out,
    OutputIsTerminal = !Console.IsOutputRedirected,
    Error = error,
    Variable = Environment.GetEnvironmentVariable,
    Time = TimeProvider.System,
    Signals = signals,
    CreateTunnel = TunnelHost.Create,
};
int status = await new CommandLine(environment).RunAsync(ProcessArguments.ProgramName(), args);
if (signals.Drain.IsCancellationRequested)
    ProcessSignals.EndBySigTerm();
return status;
