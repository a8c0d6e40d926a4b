namespace KcpTun.Sim.Conform.Script;

/// <summary>Reads the lines below a script's header.</summary>
internal sealed class StepParser(IEnumerator<LineReader> lines)
{
    /// <summary>Applications are moved by these verbs; what stands behind them differs.</summary>
    private static readonly string[] s_withoutName = ["refuse", "listen", "stop", "restart"];
    private static readonly string[] s_withBytes = ["send", "recv"];
    private static readonly string[] s_withName =
        ["open", "accept", "drain", "eof", "alive", "finish", "close", "reset", "closed"];

    /// <summary>Reads steps up to the end, or to the line that is <paramref name="closing"/>.</summary>
    /// <param name="closing"><c>end</c> inside a repetition; null for the end of the script.</param>
    /// <param name="opened">The line that is to be closed.</param>
    /// <param name="depth">Repetitions around.</param>
    public List<Step> Parse(string? closing = null, LineReader? opened = null, int depth = 0)
    {
        List<Step> steps = [];
        while (lines.MoveNext())
        {
            LineReader line = lines.Current;
            if (line.IsAtEnd)
                continue;
            if (line.IsNext("end") || line.IsNext("}"))
            {
                if (closing is null || !line.TryTake(closing))
                    throw line.Error("nothing is open that this could close");
                line.End();
                return steps;
            }

            Step step = One(line, depth);
            if (closing == "}" && step is not ExpectStep { Occurrence: Occurrence.Once, Time: null })
                throw line.Error(1, "in { } there are only lines with > and without a time");
            steps.Add(step);
        }

        return closing is null ? steps : throw opened!.Error($"'{closing}' is missing");
    }

    private Step One(LineReader line, int depth)
    {
        int column = line.Column;
        StepTime? time = Time(line);
        Step step = Action(line, depth);
        bool isMoment = time is { } given && given.From == given.To;
        if (time is not null && !isMoment && step is not (ExpectStep or BlockStep or SkipStep))
            throw line.Error(column, "only an expectation has a time from..to");
        return step with { Time = time };
    }

    private static StepTime? Time(LineReader line)
    {
        bool isTime = line.TryTake("+") || char.IsAsciiDigit(line.Peek);
        if (!isTime)
            return null;
        long from = line.Duration();
        if (!line.TryTake(".."))
            return new StepTime(from, from);
        long to = line.Duration();
        return to >= from ? new StepTime(from, to) : throw line.Error("the time ends before it begins");
    }

    private Step Action(LineReader line, int depth)
    {
        if (line.TryTake("<"))
            return Ending(line, new SendStep(line.Line, line.Text, PacketParser.ToSend(line), IsLost: false));
        if (line.TryTake("lost"))
            return Ending(line, new SendStep(line.Line, line.Text, PacketParser.ToSend(line), IsLost: true));
        if (line.TryTake(">?"))
            return Expect(line, Occurrence.Optional);
        if (line.TryTake(">*"))
            return Expect(line, Occurrence.Any);
        if (line.TryTake(">"))
            return Expect(line, Occurrence.Once);
        if (line.TryTake("{"))
            return Block(line);
        if (line.TryTake("!"))
            return Ending(line, Absence(line));
        if (line.TryTake("repeat"))
            return Repeat(line, depth);
        return Word(line);
    }

    private static Step Word(LineReader line)
    {
        if (line.TryTake("app"))
            return Ending(line, Application(line));
        if (line.TryTake("ignore"))
        {
            DatagramPattern? ignored = line.TryTake("nothing") ? null : PacketParser.ToExpect(line);
            return Ending(line, new IgnoreStep(line.Line, line.Text, ignored));
        }

        if (line.TryTake("skip"))
        {
            line.Take("until");
            return Ending(line, new SkipStep(line.Line, line.Text, PacketParser.ToExpect(line)));
        }

        if (line.TryTake("take"))
            return Bulk(line, isFeed: false);
        if (line.TryTake("feed"))
            return Bulk(line, isFeed: true);
        if (line.TryTake("let"))
        {
            string variable = line.Variable();
            line.Take("=");
            return Ending(line, new LetStep(line.Line, line.Text, variable, ExpressionParser.Parse(line)));
        }

        if (line.TryTake("assert"))
            return Ending(line, new AssertStep(line.Line, line.Text, ExpressionParser.Parse(line)));
        if (line.TryTake("wait"))
            return Ending(line, new WaitStep(line.Line, line.Text, line.Duration()));
        if (line.TryTake("note"))
            return new NoteStep(line.Line, line.Text, NoteParser.Parse(line));
        throw line.Error(
            "expected <, lost, >, >?, >*, {, !, app, ignore, skip, take, feed, let, assert, wait, repeat or note");
    }

    private static T Ending<T>(LineReader line, T step)
        where T : Step
    {
        line.End();
        return step;
    }

    private static ExpectStep Expect(LineReader line, Occurrence occurrence) =>
        Ending(line, new ExpectStep(line.Line, line.Text, PacketParser.ToExpect(line), occurrence));

    private BlockStep Block(LineReader line)
    {
        line.End();
        return new BlockStep(line.Line, line.Text, [.. Parse("}", line).Cast<ExpectStep>()]);
    }

    private static AbsenceStep Absence(LineReader line)
    {
        if (line.TryTake("quiet"))
            return new AbsenceStep(line.Line, line.Text, null, line.Duration());
        line.Take("no");
        DatagramPattern forbidden = PacketParser.ToExpect(line);
        line.Take("for");
        return new AbsenceStep(line.Line, line.Text, forbidden, line.Duration());
    }

    private RepeatStep Repeat(LineReader line, int depth)
    {
        const int deepest = 3;
        if (depth == deepest)
            throw line.Error("repetitions inside each other: three and no more");
        Expression count = ExpressionParser.Parse(line);
        line.End();
        return new RepeatStep(line.Line, line.Text, count, Parse("end", line, depth + 1));
    }

    private static BulkStep Bulk(LineReader line, bool isFeed)
    {
        Expression bytes = ExpressionParser.Operand(line);
        line.Take("bytes");
        line.Take("sid");
        line.Take("=");
        return Ending(line, new BulkStep(line.Line, line.Text, isFeed, bytes, ExpressionParser.Operand(line)));
    }

    private static AppStep Application(LineReader line)
    {
        int column = line.Column;
        string verb = line.Word("what the application does");
        if (s_withoutName.Contains(verb))
            return new AppStep(line.Line, line.Text, verb, null, null, null);
        bool hasBytes = s_withBytes.Contains(verb);
        if (!hasBytes && !s_withName.Contains(verb))
        {
            string verbs = string.Join(", ", s_withBytes.Concat(s_withName).Concat(s_withoutName));
            throw line.Error(column, $"expected one of {verbs}");
        }

        string name = line.Variable();
        if (!hasBytes)
            return new AppStep(line.Line, line.Text, verb, name, null, null);
        BytesExpression? bytes = BytesExpression.TryParse(line);
        Expression? count = bytes is null ? ExpressionParser.Parse(line) : null;
        return new AppStep(line.Line, line.Text, verb, name, count, bytes);
    }
}
