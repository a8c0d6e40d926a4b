using Microsoft.Coyote.Specifications;
using Monitor = Microsoft.Coyote.Specifications.Monitor;

namespace KcpTun.Concurrency.Harness;

/// <summary>
/// "Eventually": hot from the moment something was promised until all of it has happened. Coyote reports a schedule
/// that ends hot, or stays hot for very long.
/// </summary>
internal sealed class Unfinished : Monitor
{
    private int _open;

    /// <summary>Registers the monitor for this schedule and promises <paramref name="count"/> things.</summary>
    public static void Expect(int count)
    {
        Specification.RegisterMonitor<Unfinished>();
        Specification.Monitor<Unfinished>(new Promised(count));
    }

    /// <summary>One of them has happened.</summary>
    public static void Done() => Specification.Monitor<Unfinished>(new Happened());

    private void OnPromised(Event promise)
    {
        _open = ((Promised)promise).Count;
        RaiseGotoStateEvent<Waiting>();
    }

    private void OnHappened()
    {
        if (--_open == 0)
            RaiseGotoStateEvent<Quiet>();
    }

    private sealed class Promised(int count) : Event
    {
        public int Count => count;
    }

    private sealed class Happened : Event;

    [Start]
    [Cold]
    [OnEventDoAction(typeof(Promised), nameof(OnPromised))]
    private sealed class Quiet : State;

    [Hot]
    [OnEventDoAction(typeof(Happened), nameof(OnHappened))]
    private sealed class Waiting : State;
}
