using System.CommandLine;
using KcpTun.Settings;
using KcpTun.Sim.Conform.Reports;
using KcpTun.Sim.Conform.Running;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;

namespace KcpTun.Sim.Cli;

/// <summary>A form in which <c>conform</c> leaves its result.</summary>
internal interface IConformOutput
{
    /// <summary>As in <c>--html</c>.</summary>
    string Option { get; }

    string Help { get; }

    /// <summary>Of a file that is there already, a part may stay.</summary>
    bool IsPart { get; }

    /// <summary>The whole file.</summary>
    /// <param name="before">What is in it; null if there is no such file, or nothing of it can stay.</param>
    string Write(SuiteResult result, string? before);
}

/// <summary><c>kcptun-sim conform</c>: what holds of an implementation, case by case.</summary>
/// <param name="outputs">Files it can leave.</param>
internal sealed class ConformCommand(IReadOnlyList<IConformOutput> outputs) : ISimCommand
{
    private const string Details =
        """
        Runs conformance cases and prints what does not hold. A subject (--sut) is core (the protocol of this program,
        in exact virtual time), sim (its whole tunnel in the virtual network), the name of a subject that comes with the
        program (kcptun, go-20210922, go-20260314), or a file that says how to start some binary; all stands for all of
        these. Without --sut it is core and sim.

        Verdicts: PASS; FAIL (a MUST does not hold); NON-STRICT (a SHOULD does not hold); INFO (nothing to judge);
        UNSUPPORTED (the subject lacks what the case needs); FLAKY (in real time: held, but not at the first try).

        A FILE that is - is standard output, alone: everything else is on standard error then.

        Ends with 0 if nothing failed, with --strict if nothing was NON-STRICT either; else with 4.
        """;

    private readonly Argument<string[]> _scripts = new("SCRIPT")
    {
        Description = "run these scripts (.kpt) instead of the built-in cases",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string[]> _subjects = new("--sut")
    {
        HelpName = "SUBJECT",
        Description = "what is tested: core, sim, a name or a file; may be given several times [core, sim]",
    };

    private readonly Option<string[]> _prefixes = new("--case")
    {
        HelpName = "PREFIX",
        Description = "only cases whose id begins so, as in kcp/5; may be given several times",
    };

    private readonly Option<bool> _list = new("--list") { Description = "print the cases and run none" };
    private readonly Option<bool> _strict = new("--strict") { Description = "NON-STRICT counts as a failure" };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "print every result" };
    private readonly Option<string?> _jobs = RunCommand.JobsOption();

    public Command Create(SimEnvironment environment)
    {
        DetailedCommand command = new("conform", "test an implementation against the conformance cases", Details);
        command.Add(_scripts);
        (IConformOutput Output, Option<string?> Option)[] files =
        [
            .. outputs.Select(output => (output, new Option<string?>(output.Option)
            {
                HelpName = "FILE",
                Description = output.Help,
            })),
        ];
        foreach (Option option in new Option[] { _subjects, _prefixes, _list, _strict, _verbose, _jobs })
            command.Add(option);
        foreach ((_, Option<string?> option) in files)
            command.Add(option);
        command.SetAction(parsed =>
        {
            IReadOnlyList<ConformanceScript> cases = Cases(parsed);
            if (parsed.GetValue(_list))
                return List(environment, cases);
            (IConformOutput Output, string Path)[] wanted =
            [
                .. files.Select(file => (file.Output, Path: parsed.GetValue(file.Option)!))
                    .Where(file => file.Path is not null),
            ];
            SimEnvironment console = Console(environment, wanted);
            IReadOnlyList<ISubject> subjects = Subjects(environment, parsed.GetValue(_subjects) ?? []);
            int jobs = RunCommand.Threads(environment, parsed.GetValue(_jobs));
            SuiteResult result = new ConformExecution(console, subjects, jobs, parsed.GetValue(_verbose)).Run(cases);
            foreach ((IConformOutput output, string path) in wanted)
                Write(environment, path, output, result);
            return result.IsGood(parsed.GetValue(_strict)) ? ExitCodes.Ok : ExitCodes.Assertion;
        });
        return command;
    }

    /// <summary>
    /// Where the run speaks to people: a file that is standard output is alone there, and they read standard error.
    /// </summary>
    /// <exception cref="CommandException">A file cannot be written.</exception>
    private static SimEnvironment Console(SimEnvironment environment, (IConformOutput Output, string Path)[] files)
    {
        foreach ((IConformOutput output, string path) in files)
            OutputFiles.RequireFolder(output.Option, path);
        string[] alone =
        [
            .. files.Where(file => file.Path == OutputFiles.StandardOutput).Select(file => file.Output.Option),
        ];
        return alone.Length switch
        {
            0 => environment,
            1 => environment with { Output = environment.Error, Columns = null },
            _ => throw CommandException.Usage(
                $"{string.Join(" - and ", alone)} -: only one of them can have standard output"),
        };
    }

    private static void Write(SimEnvironment environment, string path, IConformOutput output, SuiteResult result)
    {
        string? before = null;
        if (output.IsPart && path != OutputFiles.StandardOutput && File.Exists(path))
            OutputFiles.Guard(output.Option, path, () => before = File.ReadAllText(path));
        OutputFiles.Write(environment, output.Option, path, output.Write(result, before));
    }

    private IReadOnlyList<ConformanceScript> Cases(ParseResult parsed)
    {
        string[] files = parsed.GetValue(_scripts) ?? [];
        IReadOnlyList<ConformanceScript> all = files.Length == 0 ? CaseCatalog.BuiltIn : [.. files.SelectMany(Read)];
        string[] prefixes = parsed.GetValue(_prefixes) ?? [];
        foreach (string prefix in prefixes)
        {
            if (!all.Any(one => one.Header.Id.StartsWith(prefix, StringComparison.Ordinal)))
            {
                string hint = NearestName.Hint(prefix, all.Select(one => one.Header.Id));
                throw CommandException.Usage($"--case {prefix}: no case has such an id{hint}");
            }
        }

        return prefixes.Length == 0
            ? all
            : [.. all.Where(one => prefixes.Any(prefix => one.Header.Id.StartsWith(prefix, StringComparison.Ordinal)))];
    }

    private static IReadOnlyList<ConformanceScript> Read(string file)
    {
        try
        {
            return ScriptParser.Parse(file, File.ReadAllText(file));
        }
        catch (ScriptException malformed)
        {
            throw CommandException.Usage(malformed.Message);
        }
        catch (Exception failure) when (OutputFiles.IsFileError(failure))
        {
            throw CommandException.Usage(OutputFiles.Describe(file, failure));
        }
    }

    private static IReadOnlyList<ISubject> Subjects(SimEnvironment environment, string[] names)
    {
        try
        {
            return SubjectCatalog.Find(names.Length == 0 ? ["core", "sim"] : names, environment.Variable);
        }
        catch (Exception refused) when (refused is ScriptException or SubjectException)
        {
            throw CommandException.Usage($"--sut: {refused.Message}");
        }
    }

    private static int List(SimEnvironment environment, IReadOnlyList<ConformanceScript> cases)
    {
        TextTable table = new(["case", "level", "layer", "title"], 4);
        foreach (ConformanceScript one in cases)
        {
            ScriptHeader header = one.Header;
            table.Add(header.Id, VerdictText.Of(header.Level), VerdictText.Of(header.Layer), header.Title);
        }

        table.Write(environment);
        environment.Output.Write($"{cases.Count} cases\n");
        return ExitCodes.Ok;
    }
}
