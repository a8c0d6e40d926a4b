namespace KcpTun.Sim.Conform.Script;

/// <summary>When a step happens, relative to the one before, µs.</summary>
/// <param name="From">Not earlier.</param>
/// <param name="To">Not later; the same as <paramref name="From"/> for one moment.</param>
internal readonly record struct StepTime(long From, long To);

/// <summary>One line of a script.</summary>
/// <param name="Line">Its number in the file.</param>
/// <param name="Text">As it is written.</param>
internal abstract record Step(int Line, string Text)
{
    /// <summary>When; null for at once, or for an expectation within the script's patience.</summary>
    public StepTime? Time { get; init; }
}

/// <summary><c>&lt;</c> and <c>lost</c>: the tester sends, or only acts as if it had.</summary>
internal sealed record SendStep(int Line, string Text, DatagramPattern Packets, bool IsLost) : Step(Line, Text);

/// <summary>How often something may come.</summary>
internal enum Occurrence
{
    Once,
    Optional,
    Any,
}

/// <summary><c>&gt;</c>, <c>&gt;?</c>, <c>&gt;*</c>: what the subject sends.</summary>
internal sealed record ExpectStep(int Line, string Text, DatagramPattern Packets, Occurrence Occurrence)
    : Step(Line, Text);

/// <summary><c>{ }</c>: all of them, in any order.</summary>
internal sealed record BlockStep(int Line, string Text, IReadOnlyList<ExpectStep> Expected) : Step(Line, Text);

/// <summary><c>! quiet</c> and <c>! no</c>.</summary>
/// <param name="Forbidden">What must not come; null for anything.</param>
internal sealed record AbsenceStep(int Line, string Text, DatagramPattern? Forbidden, long Duration)
    : Step(Line, Text);

/// <summary><c>ignore</c>.</summary>
/// <param name="Ignored">What is passed over from here on; null takes all back.</param>
internal sealed record IgnoreStep(int Line, string Text, DatagramPattern? Ignored) : Step(Line, Text);

/// <summary><c>skip until</c>.</summary>
internal sealed record SkipStep(int Line, string Text, DatagramPattern Until) : Step(Line, Text);

/// <summary><c>take N bytes sid=S</c> and <c>feed N bytes sid=S</c>.</summary>
internal sealed record BulkStep(int Line, string Text, bool IsFeed, Expression Bytes, Expression StreamId)
    : Step(Line, Text);

/// <summary><c>app ...</c>.</summary>
/// <param name="Verb">Such as <c>send</c>.</param>
/// <param name="Application">Name of the application; null where there is none.</param>
/// <param name="Count">How many bytes of pattern, if that was said.</param>
/// <param name="Bytes">Which bytes, if that was said.</param>
internal sealed record AppStep(
    int Line, string Text, string Verb, string? Application, Expression? Count, BytesExpression? Bytes)
    : Step(Line, Text);

/// <summary><c>let $x = ...</c>.</summary>
internal sealed record LetStep(int Line, string Text, string Variable, Expression Value) : Step(Line, Text);

/// <summary><c>assert ...</c>.</summary>
internal sealed record AssertStep(int Line, string Text, Expression Condition) : Step(Line, Text);

/// <summary><c>wait ...</c>.</summary>
internal sealed record WaitStep(int Line, string Text, long Duration) : Step(Line, Text);

/// <summary><c>repeat N</c> to <c>end</c>.</summary>
internal sealed record RepeatStep(int Line, string Text, Expression Count, IReadOnlyList<Step> Steps)
    : Step(Line, Text);

/// <summary><c>note ...</c>: text and expressions by turns.</summary>
internal sealed record NoteStep(int Line, string Text, IReadOnlyList<(string Text, Expression? Value)> Parts)
    : Step(Line, Text);
