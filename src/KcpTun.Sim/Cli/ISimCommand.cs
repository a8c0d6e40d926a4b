using System.CommandLine;
using KcpTun.Sim.Plans;
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

    /// <summary>Refuses, before anything runs, a plan that cannot be written in this form.</summary>
    /// <param name="path">The option's value.</param>
    /// <param name="plan">What will run.</param>
    /// <exception cref="CommandException">It cannot.</exception>
    void Check(string path, ExperimentPlan plan);

    /// <summary>Writes <paramref name="result"/>; to watch a run, it is executed once more.</summary>
    /// <param name="environment">Executes a run.</param>
    /// <param name="path">The option's value.</param>
    /// <param name="result">What was found.</param>
    void Write(SimEnvironment environment, string path, ExperimentResult result);
}
