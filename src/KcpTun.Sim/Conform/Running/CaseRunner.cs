using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;
using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Running;

/// <summary>Runs one case on one subject and judges it by what was on the wire.</summary>
internal static class CaseRunner
{
    /// <summary>A case that fails in real time gets further chances: the machine may have been busy.</summary>
    public const int LiveTries = 3;

    public static CaseResult Run(ConformanceScript script, ISubject subject)
    {
        if (Missing(script.Header, subject) is { } missing)
            return new CaseResult(Verdict.Unsupported, 0, 0, $"it has no {missing}", null);
        int tries = 0;
        Execution execution;
        do
        {
            execution = Execute(script, subject);
            tries++;
        }
        while (execution.Complaint is not null && !subject.IsExact && tries < LiveTries);
        return Judge(script.Header, subject, execution, tries);
    }

    private static CaseResult Judge(ScriptHeader header, ISubject subject, Execution execution, int tries)
    {
        if (execution.IsBroken)
            return new CaseResult(Verdict.Error, tries, 0, execution.Complaint!, execution);
        if (execution.Complaint is { } complaint)
        {
            // No level excuses an end that nobody asked for.
            Verdict verdict = execution.HasDied ? Verdict.Fail : OfFailure(header, subject);
            return new CaseResult(verdict, tries, 0, complaint, execution);
        }

        if (header.Level == CaseLevel.Info)
            return new CaseResult(Verdict.Info, tries, 1, string.Join("; ", execution.Notes), execution);
        return tries > 1
            ? new CaseResult(Verdict.Flaky, tries, 1, $"held at try {tries}", execution)
            : new CaseResult(Verdict.Pass, 1, 1, "", execution);
    }

    private static Verdict OfFailure(ScriptHeader header, ISubject subject) => header.Level switch
    {
        CaseLevel.Must => Verdict.Fail,
        CaseLevel.Should => Verdict.NonStrict,
        CaseLevel.Quirk => header.Releases.Count == 0 || header.Releases.Contains(subject.Release)
            ? Verdict.NonStrict
            : Verdict.Info,
        _ => Verdict.Info,
    };

    /// <summary>The first thing that the case needs and the subject lacks.</summary>
    private static string? Missing(ScriptHeader header, ISubject subject)
    {
        if (!subject.Plays(header.Role))
            return header.Role == SubjectRole.Client ? "client" : "server";
        IEnumerable<string> needs = header.Needs;
        if (header.ClockStart is not null)
            needs = needs.Append("clock");
        return needs.FirstOrDefault(need => subject.Lacks.Contains(need) || !Abilities.All.Contains(need))
            ?? (subject.Lacks.Contains(header.Config["crypt"]) ? header.Config["crypt"] : null);
    }

    private static Execution Execute(ConformanceScript script, ISubject subject)
    {
        CaseLog log = new();
        ScriptRun? run = null;
        IStage? stage = null;
        string? complaint = null;
        string? actual = null;
        bool isBroken = false;
        try
        {
            ScriptHeader header = script.Header;
            PeerSettings settings = CaseSettings.PeerOf(header);
            stage = subject.Start(new SubjectSpec(header.Role, header.Config, header.ClockStart));
            if (stage.Failure is { } reason)
                throw new SubjectException($"it does not start: {reason}");
            PlayedPeer peer = PlayedPeer.Create(settings);
            run = new ScriptRun(script, new Tester(stage, peer, LinkOf(header), log));
            run.Execute();
            complaint = stage.Failure;
        }
        catch (CaseFailedException failure)
        {
            complaint = At(script, run, failure.Message);
            actual = failure.Actual;
        }
        catch (Exception failure) when (failure is ScriptRunException or SubjectException)
        {
            complaint = At(script, run, failure.Message);
            isBroken = true;
        }
        finally
        {
            stage?.Dispose();
        }

        return new Execution(complaint, actual, run?.Notes ?? [], log, stage?.Output ?? "")
        {
            IsBroken = isBroken,
            HasDied = stage?.Failure is not null,
        };
    }

    private static LinkFilter? LinkOf(ScriptHeader header) => header.Link.Count == 0
        ? null
        : LinkFilter.Create(header.Link, header.Role == SubjectRole.Client, out string? error)
            ?? throw new ScriptRunException(error!);

    private static string At(ConformanceScript script, ScriptRun? run, string message) => run?.Current is { } step
        ? $"{script.File}:{step.Line}: {message}"
        : message;
}
