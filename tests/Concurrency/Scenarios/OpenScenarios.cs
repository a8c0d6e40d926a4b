using KcpTun.Concurrency.Harness;
using KcpTun.Tunnel;
using Microsoft.Coyote.Specifications;

namespace KcpTun.Concurrency.Scenarios;

/// <summary>Opening streams.</summary>
internal static class OpenScenarios
{
    [Scenario(
        "Two threads open a stream at a time: both get one, with an id of its own, and the peer sees both.",
        "MailTakenInTwoSteps")]
    public static async Task OpenAgainstOpen()
    {
        var pair = new Pair();
        Task<MuxStream> first = Task.Run(async () => await pair.Session.OpenStreamAsync());
        Task<MuxStream> second = Task.Run(async () => await pair.Session.OpenStreamAsync());
        MuxStream one = await first;
        MuxStream other = await second;
        Specification.Assert(one.Id != other.Id, "both streams have the id {0}", one.Id);
        LinkSession session = await pair.AcceptSessionAsync();
        MuxStream? near = await session.AcceptStreamAsync();
        MuxStream? far = await session.AcceptStreamAsync();
        Specification.Assert(near!.Id + far!.Id == one.Id + other.Id, "the peer has other streams");
        await pair.StopAsync();
    }
}
