using KcpTun.Kcp.Auto;

namespace KcpTun.Conformance.Kcp.Auto;

/// <summary>What the meter says about chance and about runs.</summary>
public sealed class LossMeterTests
{
    [Test]
    public void Losses_of_copies_after_losses_show_a_burst()
    {
        var meter = new LossMeter(AutoParameters.Default);
        Settle(ref meter);
        for (int i = 0; i < 4; i++)
            meter.ResolveSuccessor(true);
        meter.IsBursty.ShouldBeTrue();
    }

    [Test]
    public void Three_losses_after_losses_are_not_enough_to_call_it_a_burst()
    {
        var meter = new LossMeter(AutoParameters.Default);
        Settle(ref meter);
        for (int i = 0; i < 3; i++)
            meter.ResolveSuccessor(true);
        meter.IsBursty.ShouldBeFalse();
    }

    [Test]
    public void Copies_that_get_lost_as_often_as_others_are_chance()
    {
        var meter = new LossMeter(AutoParameters.Default);
        for (int i = 0; i < 300; i++)
        {
            meter.Resolve(i % 3 == 0);
            meter.ResolveSuccessor(i % 3 == 0);
        }

        meter.IsBursty.ShouldBeFalse();
    }

    private static void Settle(ref LossMeter meter)
    {
        for (int i = 0; i < 300; i++)
            meter.Resolve(i % 10 == 0);
    }
}
