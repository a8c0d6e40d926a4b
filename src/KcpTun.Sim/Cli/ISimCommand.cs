using System.CommandLine;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>A subcommand of <c>kcptun-sim</c>.</summary>
public interface ISimCommand
{
    /// <summary>Its place in the tree, with options and action. The action may throw CommandException.</summary>
    Command Create(SimEnvironment environment);
}

/// <summary>A further form in which <c>run</c> leaves its result, such as a report.</summary>
public interface IExperimentOutput
{
    /// <summary>As in <c>--html</c>.</summary>
    string Option { get; }

    string Help { get; }

    /// <summary>Writes <paramref name="result"/>; to watch a run, it is executed once more.</summary>
    /// <param name="path">The option's value.</param>
    /// <param name="result">What was found.</param>
    /// <param name="execute">Executes a run.</param>
    void Write(string path, ExperimentResult result, PlanExecutor execute);
}
