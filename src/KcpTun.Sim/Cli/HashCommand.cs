using System.CommandLine;
using System.CommandLine.Parsing;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary>An experiment whose trace hash is known.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Arguments">The words after <c>kcptun-sim run</c>.</param>
/// <param name="TraceHash">32 hexadecimal digits; null if it is not known after all.</param>
public sealed record KnownHash(string Name, IReadOnlyList<string> Arguments, string? TraceHash);

/// <summary>
/// <c>kcptun-sim hash</c>: the trace hash of an experiment and nothing else; or, with <c>--verify</c>, whether the
/// golden hashes, or those of a file, still hold. A line of the file is a hash and the arguments of <c>run</c>; #
/// begins a remark.
/// </summary>
/// <param name="golden">What is verified where no file is named.</param>
public sealed class HashCommand(IReadOnlyList<KnownHash> golden) : ISimCommand
{
    private readonly Option<string?> _jobs = RunCommand.JobsOption();
    private readonly Option<string?> _verify = new("--verify")
    {
        HelpName = "FILE",
        Description = "run every line of a file of hashes and arguments, and compare; without FILE the golden plans",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Command Create(SimEnvironment environment)
    {
        Command command = new("hash", "print the trace hash of an experiment as a line for --verify");
        PlanOptions planOptions = new(command);
        command.Add(_jobs);
        command.Add(_verify);
        command.SetAction(parsed =>
        {
            RunPool<SimPlan, RunResult> pool = RunCommand.Pool(environment, parsed.GetValue(_jobs));
            if (parsed.GetResult(_verify) is { } verify)
                return Verify(environment, planOptions, pool, Known(verify));
            ExperimentPlan plan = RunCommand.Plan(environment, planOptions.Read(parsed));
            ExperimentResult result = RunCommand.Run(environment, plan, pool);
            environment.Output.Write($"{result.TraceHash}  {ShellWords.Join(plan.Arguments.ToWords())}\n");
            return ExitCodes.Ok;
        });
        return command;
    }

    private IReadOnlyList<KnownHash> Known(OptionResult verify)
    {
        if (verify.Tokens is [{ Value: string file }, ..])
            return [.. Read(file)];
        return golden.Count > 0 ? golden : throw CommandException.Usage("--verify: name a file of hashes");
    }

    private static int Verify(
        SimEnvironment environment,
        PlanOptions options,
        RunPool<SimPlan, RunResult> pool,
        IReadOnlyList<KnownHash> known)
    {
        (KnownHash Known, ExperimentPlan Plan)[] all =
        [
            .. known.Select(one => (one, RunCommand.Plan(environment, options.ReadWords(one.Arguments, one.Name)))),
        ];
        int different = 0;
        foreach ((KnownHash one, ExperimentPlan plan) in all)
        {
            ExperimentResult result = RunCommand.Run(environment, plan, pool);
            if (result.TraceHash == one.TraceHash)
                continue;
            different++;
            string before = one.TraceHash ?? "no hash";
            environment.Say($"{one.Name}: {before} is now {result.TraceHash}: {plan.ReproduceCommand()}");
        }

        environment.Output.Write($"{known.Count - different} hashes hold, {different} do not\n");
        return different == 0 ? ExitCodes.Ok : ExitCodes.Assertion;
    }

    private static IEnumerable<KnownHash> Read(string file)
    {
        int number = 0;
        foreach (string line in Lines(file))
        {
            number++;
            string text = line.Trim();
            if (text.Length > 0 && text[0] != '#')
                yield return Parse(text, $"{file} line {number}");
        }
    }

    private static KnownHash Parse(string line, string place)
    {
        const int HashLength = 32;
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        string hash = space < 0 ? line : line[..space];
        bool isHash = hash.Length == HashLength && hash.All(char.IsAsciiHexDigitLower);
        if (!isHash || !ShellWords.TrySplit(line[hash.Length..], out IReadOnlyList<string> words))
            throw CommandException.Usage($"{place}: write a hash and the arguments of kcptun-sim run");
        return new KnownHash(place, words, hash);
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
