using KcpTun.Link;
using KcpTun.Primitives;
using KcpTun.Settings;
using KcpTun.Smux;
using KcpTun.Tunnel;

namespace KcpTun.Fuzz.Targets;

/// <summary>Whatever options a user gives: they are refused in words, or a session can be made of them.</summary>
internal static class UsableOptions
{
    public static void Check(CommandSettings settings)
    {
        Verdict verdict = OptionsValidator.Check(OptionsNormalizer.Apply(settings.Tunnel, out string? notice));
        IsOneLineEach([notice ?? "", .. verdict.Fatal, .. verdict.Warnings]);
        if (verdict.Fatal.Count > 0)
            return;
        Verdict again = OptionsValidator.Check(verdict.Effective);
        FuzzFailure.Unless(again.Fatal.Count == 0, "options are refused once they have been corrected");
        FuzzFailure.Unless(again.Effective == verdict.Effective, "options are corrected a second time");
        MakeSession(verdict.Effective);
    }

    public static void IsOneLineEach(IEnumerable<string> messages)
    {
        foreach (string message in messages)
            FuzzFailure.Unless(message.AsSpan().IndexOfAny('\r', '\n') < 0, $"a message of more lines: {message}");
    }

    private static void MakeSession(TunnelOptions options)
    {
        LinkOptions link = TunnelContext.LinkOf(options, options is ClientOptions, null);
        string problems = string.Join("; ", link.Smux.Validate());
        FuzzFailure.Unless(problems.Length == 0, $"options were accepted that smux refuses: {problems}");
        var budget = new MemoryBudget(MemoryBudget.DefaultLimitBytes);
        var resources = new LinkResources(
            new PacketPool(budget), new SnmpCounters(), budget, new LinkScratch(link.Smux.FrameSize), new SeededEntropy(1));
        var application = new Nobody();
        using var core = new LinkCore(link, resources, 1, default, application, application, Instant.Zero);
        FuzzFailure.Unless(core.End == LinkEnd.None, "the session has ended before it began");
    }

    private sealed class Nobody : ISmuxHandler, ISmuxSource
    {
        public void OnOpened(uint streamId)
        {
        }

        public void OnData(uint streamId, ReadOnlySpan<byte> data)
        {
        }

        public void OnEndOfStream(uint streamId)
        {
        }

        public int Read(uint streamId, Span<byte> destination) => destination.Length;
    }
}
