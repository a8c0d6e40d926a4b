using System.Text;
using KcpTun.Settings;

namespace KcpTun.Cli;

/// <summary>The whole program behind <c>Main</c>: finds the command and runs it.</summary>
internal sealed class CommandLine(HostEnvironment environment)
{
    /// <summary>Exit status of a command line that cannot be understood. Go's is 0.</summary>
    public const int UsageError = 2;

    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync(string programName, IReadOnlyList<string> arguments)
    {
        Invocation invocation = Invocation.Of(programName, arguments);
        switch (invocation.Command)
        {
            case Command.Client:
                return await new Launcher(environment, FlagSides.Client).RunAsync(invocation.Arguments);
            case Command.Server:
                return await new Launcher(environment, FlagSides.Server).RunAsync(invocation.Arguments);
            case Command.Demo:
                return await TunnelHost.RunDemoAsync(invocation.Arguments, environment);
            case Command.Help:
                environment.Output.Write(Help(invocation.Arguments));
                return 0;
            case Command.Version:
                environment.Output.Write($"kcptun version {environment.Version}\n");
                return 0;
            default:
                environment.Error.Write(Encoding.UTF8.GetBytes($"{invocation.Error}\n"));
                return UsageError;
        }
    }

    private string Help(IReadOnlyList<string> arguments) => arguments switch
    {
        ["client", ..] => HelpText.Command(FlagSides.Client, environment.Version),
        ["server", ..] => HelpText.Command(FlagSides.Server, environment.Version),
        _ => HelpText.General(environment.Version),
    };
}
