using System.Text;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Reports;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Cli;

/// <summary><c>run --html</c>: everything in one page, with the time sequence of one run.</summary>
internal sealed class HtmlOutput : IExperimentOutput
{
    public const string Name = "--html";

    public string Option => Name;

    public string Help => "write a report as one HTML file that needs no other";

    public void Check(string path, ExperimentPlan plan)
    {
    }

    public void Write(SimEnvironment environment, string path, ExperimentResult result)
    {
        FinishedRun run = WatchedRun.FirstBulk(result);
        var recorder = new TimeSequenceRecorder();
        WatchedRun.Execute(environment, run, recorder);
        TimeSequence sequence = recorder.Finish(WatchedRun.NameOf(result, run), WatchedRun.CommandOf(result, run));
        ReportModel model = ReportModels.Of(environment, result, Option, Path.GetFileName(path));
        Write(path, model with { TimeSequence = sequence });
    }

    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, ReportModel model)
    {
        using var file = new StreamWriter(path, append: false, new UTF8Encoding(false));
        HtmlReport.Write(model, file);
    }
}

/// <summary><c>run --png</c>: the charts as a picture.</summary>
internal sealed class PngOutput : IExperimentOutput
{
    public const string Name = "--png";

    public string Option => Name;

    public string Help => "write the charts as a picture";

    public void Check(string path, ExperimentPlan plan)
    {
    }

    public void Write(SimEnvironment environment, string path, ExperimentResult result)
    {
        ReportModel model = ReportModels.Of(environment, result, Option, Path.GetFileName(path));
        File.WriteAllBytes(path, PngReport.Render(model));
    }
}

/// <summary><c>run --pcapng</c>: what one run had on the wire, for Wireshark.</summary>
internal sealed class PcapngOutput : IExperimentOutput
{
    public string Option => "--pcapng";

    public string Help => "write the datagrams of the first run, with kcptun.lua for Wireshark beside them";

    public void Check(string path, ExperimentPlan plan)
    {
    }

    public void Write(SimEnvironment environment, string path, ExperimentResult result)
    {
        FinishedRun run = result.Variants[0].All.Runs[0];
        string command = $"{WatchedRun.CommandOf(result, run)} {Option} {ShellWords.Quote(Path.GetFileName(path))}";
        using (var capture = new PcapngObserver(
            File.Create(path), ReportModels.EngineName(environment), command, result.Plan.Path.Describe()))
        {
            WatchedRun.Execute(environment, run, capture);
        }

        string script = LuaDissector.WriteBeside(path);
        environment.Say($"{Option} {path}: {WatchedRun.NameOf(result, run)}; wireshark -X lua_script:{script}");
    }
}
