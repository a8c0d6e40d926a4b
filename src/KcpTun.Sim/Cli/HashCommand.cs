using System.CommandLine;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>
/// <c>kcptun-sim hash</c>: the trace hash of an experiment and nothing else; or, with <c>--verify</c>, whether a file
/// of such hashes still holds. A line of the file is a hash and the arguments of <c>run</c>; # begins a remark.
/// </summary>
public sealed class HashCommand : ISimCommand
{
    private readonly Option<string?> _jobs = RunCommand.JobsOption();
    private readonly Option<string?> _verify = new("--verify")
    {
        HelpName = "FILE",
        Description = "run every line of a file of hashes and arguments, and compare",
    };

    public Command Create(SimEnvironment environment)
    {
        Command command = new("hash", "print the trace hash of an experiment as a line for --verify");
        PlanOptions planOptions = new(command);
        command.Add(_jobs);
        command.Add(_verify);
        command.SetAction(parsed =>
        {
            RunPool pool = RunCommand.Pool(environment, parsed.GetValue(_jobs));
            if (parsed.GetValue(_verify) is { } file)
                return Verify(environment, planOptions, pool, file);
            ExperimentPlan plan = RunCommand.Plan(environment, planOptions.Read(parsed));
            ExperimentResult result = RunCommand.Run(environment, plan, pool);
            environment.Output.Write($"{result.TraceHash}  {ShellWords.Join(plan.Arguments.ToWords())}\n");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static int Verify(SimEnvironment environment, PlanOptions options, RunPool pool, string file)
    {
        int same = 0;
        int different = 0;
        int number = 0;
        foreach (string line in Lines(file))
        {
            number++;
            string text = line.Trim();
            if (text.Length == 0 || text[0] == '#')
                continue;
            (string hash, ExperimentPlan plan) = Parse(environment, options, text, $"{file} line {number}");
            ExperimentResult result = RunCommand.Run(environment, plan, pool);
            if (result.TraceHash == hash)
            {
                same++;
                continue;
            }

            different++;
            environment.Say($"{file} line {number}: {hash} is now {result.TraceHash}: {plan.ReproduceCommand()}");
        }

        environment.Output.Write($"{same} hashes hold, {different} do not\n");
        return different == 0 ? ExitCodes.Ok : ExitCodes.Assertion;
    }

    private static (string Hash, ExperimentPlan Plan) Parse(
        SimEnvironment environment, PlanOptions options, string line, string place)
    {
        const int HashLength = 32;
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        string hash = space < 0 ? line : line[..space];
        bool isHash = hash.Length == HashLength && hash.All(char.IsAsciiHexDigitLower);
        if (!isHash || !ShellWords.TrySplit(line[hash.Length..], out IReadOnlyList<string> words))
            throw CommandException.Usage($"{place}: write a hash and the arguments of kcptun-sim run");
        return (hash, RunCommand.Plan(environment, options.ReadWords(words, place)));
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception failure) when (OutputFiles.IsFileError(failure))
        {
            throw CommandException.Usage(OutputFiles.Describe($"--verify {file}", failure));
        }
    }
}
