using KcpTun.Primitives;
using KcpTun.Smux;

namespace KcpTun.Conformance.Smux;

public sealed class SmuxOptionsTests
{
    private static IEnumerable<TestCaseData> Problems()
    {
        var valid = new SmuxOptions();
        yield return Case(valid with { Version = 0 }, "unsupported protocol version");
        yield return Case(valid with { Version = 3 }, "unsupported protocol version");
        yield return Case(valid with { KeepAliveSeconds = 0 }, "keep-alive interval must be positive");
        yield return Case(valid with { KeepAliveSeconds = -1 }, "keep-alive interval must be positive");
        yield return Case(
            valid with { KeepAliveSeconds = 31 }, "keep-alive timeout must be larger than keep-alive interval");
        yield return Case(valid with { FrameSize = 0 }, "max frame size must be positive");
        yield return Case(valid with { FrameSize = 65536 }, "max frame size must not be larger than 65535");
        yield return Case(
            valid with { ReceiveBuffer = 0, StreamBuffer = -1 },
            "max receive buffer must be positive",
            "max stream buffer must be positive");
        yield return Case(
            valid with { ReceiveBuffer = 65536, StreamBuffer = 65537 },
            "max stream buffer must not be larger than max receive buffer");
        yield return Case(valid with { MaxStreams = 0 }, "max streams must be positive");
    }

    private static IEnumerable<SmuxOptions> Limits()
    {
        yield return new SmuxOptions();
        yield return new SmuxOptions { Version = 1, KeepAliveSeconds = 30, FrameSize = 1, MaxStreams = 1 };
        yield return new SmuxOptions { FrameSize = 65535, ReceiveBuffer = int.MaxValue, StreamBuffer = int.MaxValue };
        yield return new SmuxOptions { ReceiveBuffer = 1, StreamBuffer = 1 };
    }

    [TestCaseSource(nameof(Problems))]
    public void Every_problem_is_named_in_the_words_of_the_reference(SmuxOptions options, string[] problems)
    {
        options.Validate().ToArray().ShouldBe(problems);
        Should.Throw<ArgumentException>(() => new SmuxSession(options, SmuxRole.Client, Instant.Zero));
    }

    [TestCaseSource(nameof(Limits))]
    public void The_limits_themselves_are_valid(SmuxOptions options) => options.Validate().ShouldBeEmpty();

    private static TestCaseData Case(SmuxOptions options, params string[] problems) =>
        new TestCaseData(options, problems).SetArgDisplayNames(problems);
}
