using KcpTun.Concurrency.Harness;
using KcpTun.Primitives;
using KcpTun.Tunnel;
using Microsoft.Coyote.Specifications;

namespace KcpTun.Concurrency.Scenarios;

/// <summary>A client's session slots: dialling, expiry, retirement.</summary>
internal static class SlotScenarios
{
    private static readonly Instant s_now = Instant.FromMilliseconds(100_000);

    [Scenario(
        "Two connections need a session at a time: they share one dial.",
        "DialForgottenEarly")]
    public static async Task AcquireAgainstAcquire()
    {
        var dials = new Dials(isRunning: false);
        SessionSlot slot = dials.CreateSlot(autoExpireSeconds: 0);
        Task<LinkSession> first = Task.Run(async () => await slot.AcquireAsync(() => s_now, default));
        Task<LinkSession> second = Task.Run(async () => await slot.AcquireAsync(() => s_now, default));
        LinkSession one = await first;
        LinkSession other = await second;
        Specification.Assert(one == other, "they have a session each");
        Specification.Assert(dials.Count == 1, "{0} dials for one session", dials.Count);
    }

    [Scenario(
        "A session is dialled anew after it has expired, while others ask for it: it is not taken for expired itself.",
        "DialledAtSetLate")]
    public static async Task AcquireAgainstExpiry()
    {
        var dials = new Dials(isRunning: false);
        SessionSlot slot = dials.CreateSlot(autoExpireSeconds: 10);
        LinkSession old = await slot.AcquireAsync(() => Instant.Zero, default);
        Task<LinkSession> first = Task.Run(async () => await slot.AcquireAsync(() => s_now, default));
        Task<LinkSession> second = Task.Run(async () => await slot.AcquireAsync(() => s_now, default));
        LinkSession one = await first;
        LinkSession other = await second;
        Specification.Assert(one != old && one == other, "they do not share the new session");
        Specification.Assert(dials.Retired.Single() == old, "the old session is not retired, once");
    }

    [Scenario(
        "A dial is cancelled while another connection waits for the slot: a later attempt dials anew.",
        "FailedDialKept")]
    public static async Task AcquireAgainstCancellation()
    {
        var dials = new Dials(isRunning: false);
        SessionSlot slot = dials.CreateSlot(autoExpireSeconds: 0);
        using var cancellation = new CancellationTokenSource();
        Task first = Task.Run(async () => await TryAcquireAsync(slot, cancellation.Token));
        Task cancel = Task.Run(cancellation.Cancel);
        LinkSession? session = await TryAcquireAsync(slot, default);
        await first;
        await cancel;
        session ??= await TryAcquireAsync(slot, default);
        Specification.Assert(session is not null, "the slot stays with a dial that was cancelled");
    }

    [Scenario(
        "The session of a slot ends while a stream is opened on it: the second attempt gets a session that lives.",
        "EndedSessionReused")]
    public static async Task ReconnectAgainstSessionEnd()
    {
        var dials = new Dials(isRunning: true);
        SessionSlot slot = dials.CreateSlot(autoExpireSeconds: 0);
        LinkSession session = await slot.AcquireAsync(() => s_now, default);
        Task close = Task.Run(session.Close);
        try
        {
            await using MuxStream stream = await session.OpenStreamAsync();
        }
        catch (IOException)
        {
            Specification.Assert(session.HasEnded, "the open failed on a session that lives");
            LinkSession next = await slot.AcquireAsync(() => s_now, default);
            await using MuxStream stream = await next.OpenStreamAsync();
        }

        await close;
        await dials.StopAsync();
    }

    [Scenario(
        "A session is retired while the scavenger finds nothing left to do: it is looked after, and closed.",
        "RunningClearedLate")]
    public static async Task RetireAgainstSweep()
    {
        var dials = new Dials(isRunning: true);
        LinkSession one = await dials.DialAsync(default);
        LinkSession other = await dials.DialAsync(default);
        var scavenger = new SessionScavenger(Surroundings.CreateContext(), 0, 0, default);
        Unfinished.Expect(2);
        Task first = Task.Run(() => scavenger.Retire(one, s_now));
        Task second = Task.Run(() => scavenger.Retire(other, s_now));
        await one.Completion;
        Unfinished.Done();
        await other.Completion;
        Unfinished.Done();
        await first;
        await second;
        await dials.StopAsync();
    }

    private static async Task<LinkSession?> TryAcquireAsync(SessionSlot slot, CancellationToken cancellation)
    {
        try
        {
            return await slot.AcquireAsync(() => s_now, cancellation);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Sessions for a slot, each of a pair of its own.</summary>
    private sealed class Dials(bool isRunning)
    {
        private readonly List<Pair> _pairs = [];

        public int Count => _pairs.Count;

        public List<LinkSession> Retired { get; } = [];

        public SessionSlot CreateSlot(int autoExpireSeconds) =>
            new(autoExpireSeconds, DialAsync, (session, _) => Retired.Add(session));

        public async Task<LinkSession> DialAsync(CancellationToken stopping)
        {
            await Task.Yield();
            stopping.ThrowIfCancellationRequested();
            var pair = new Pair();
            if (isRunning)
                pair.Start();
            _pairs.Add(pair);
            return pair.Session;
        }

        public async Task StopAsync()
        {
            foreach (Pair pair in _pairs)
                await pair.StopAsync();
        }
    }
}
