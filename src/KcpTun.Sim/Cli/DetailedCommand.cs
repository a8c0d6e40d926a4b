using System.CommandLine;

namespace KcpTun.Sim.Cli;

/// <summary>A command whose own help says more than its line in the list of commands.</summary>
internal sealed class DetailedCommand : Command
{
    private readonly string _details;

    public DetailedCommand(string name, string description, string details)
        : base(name, description) => _details = details;

    /// <summary>Makes the next help the detailed one.</summary>
    public void Expand() => Description += $"\n\n{_details}";
}
