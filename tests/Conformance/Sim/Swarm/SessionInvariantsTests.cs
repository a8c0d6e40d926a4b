using System.Runtime.CompilerServices;
using KcpTun.Conformance.Support;
using KcpTun.Conformance.Tunnel;
using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Sim.Swarm;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Sim.Swarm;

/// <summary>Every rule for sessions, broken by bending a session's state, or by limits it was not built with.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SessionInvariantsTests
{
    private static (LinkSession Client, LinkSession Server, TunnelPair Pair) Session(bool blockServer = false)
    {
        var pair = new TunnelPair(o => o with { DataShards = 0, ParityShards = 0 });
        (MuxStream client, MuxStream server) = pair.OpenStream();
        byte[] data = Vectors.Lcg(1, 50_000);
        pair.Transfer(client, server, data).ShouldBe(data);
        pair.Transfer(server, client, data).ShouldBe(data);
        if (blockServer)
        {
            client.WriteAsync(data.AsMemory(0, 20_000)).AsTask().Wait();
            pair.World.Run(() => pair.AcceptSession().Core.Smux.BytesUnread >= 10_000).ShouldBeTrue();
        }

        return (pair.Session, pair.AcceptSession(), pair);
    }

    private static List<string> Check(LinkSession session, LinkOptions options, Action? bend = null)
    {
        List<string> found = [];
        var invariants = new SessionInvariants("client", options, found.Add);
        invariants.Check(session);
        if (bend is null)
            return found;
        found.ShouldBeEmpty();
        bend();
        invariants.Check(session);
        return found;
    }

    [Test]
    public void A_sound_session_breaks_no_rule()
    {
        (LinkSession client, LinkSession server, TunnelPair pair) = Session(blockServer: true);
        Check(client, pair.ClientOptions, () => { }).ShouldBeEmpty();
        Check(server, pair.ServerOptions, () => { }).ShouldBeEmpty();
    }

    [Test]
    public void More_segments_than_the_receive_window_is_BND_1()
    {
        (LinkSession session, _, TunnelPair pair) = Session();
        Check(session, pair.ClientOptions with { ReceiveWindow = -1 })
            .ShouldContain("BND-1: the client holds 0 early and 0 unread segments; limit -1");
    }

    [Test]
    public void More_in_flight_than_the_send_window_is_BND_1_and_more_than_the_peer_allowed_is_PRT_2()
    {
        (LinkSession session, _, TunnelPair pair) = Session();
        uint next = SendNext(session);
        List<string> found = Check(
            session, pair.ClientOptions, () => SendNextOf(SendOf(session.Core.Kcp)) = next + 600);
        found.ShouldBe(
        [
            "BND-1: the client holds 600 segments in flight; limit 256",
            $"PRT-2: the client has 600 segments in flight, its peer never allowed more than "
                + $"{session.Core.Kcp.RemoteWindow}",
        ]);
    }

    [Test]
    public void More_unread_bytes_than_smux_may_hold_is_BND_2()
    {
        (_, LinkSession session, TunnelPair pair) = Session(blockServer: true);
        LinkOptions options = pair.ServerOptions;
        LinkOptions tight = options with { Smux = options.Smux with { ReceiveBuffer = 5000 - 65544 } };
        Check(session, tight).ShouldHaveSingleItem().ShouldStartWith("BND-2: the client holds ");
        Check(session, options).ShouldBeEmpty();
    }

    [Test]
    public void More_acknowledgements_than_arrivals_can_ask_for_is_BND_5()
    {
        (LinkSession session, _, TunnelPair pair) = Session();
        Check(session, pair.ClientOptions with { ReceiveWindow = -3000 })
            .ShouldContain("BND-5: the client holds 0 acknowledgements to send; limit -1904");
    }

    [Test]
    public void An_una_that_goes_back_is_PRT_1()
    {
        (LinkSession session, _, TunnelPair pair) = Session();
        uint una = session.Core.Kcp.SendUna;
        Check(session, pair.ClientOptions, () => UnaOf(SendOf(session.Core.Kcp)) = una - 1)
            .ShouldBe([$"PRT-1: una of the client went back from {una} to {una - 1}"]);
    }

    [Test]
    public void A_next_expected_segment_that_goes_back_is_PRT_1()
    {
        (LinkSession session, _, TunnelPair pair) = Session();
        uint next = session.Core.Kcp.ReceiveNext;
        Check(session, pair.ClientOptions, () =>
        {
            NextOf(ReceiveOf(session.Core.Kcp)) = next - 1;
            HeadOf(ReceiveOf(session.Core.Kcp)) = next - 1;
        }).ShouldBe([$"PRT-1: the client's next expected segment went back from {next} to {next - 1}"]);
    }

    [Test]
    public void Another_session_of_the_same_peer_starts_anew()
    {
        List<string> found = [];
        var invariants = new SessionInvariants("client", TunnelPair.Default(), found.Add);
        (LinkSession first, _, _) = Session();
        invariants.Check(first);
        LinkSession fresh = new TunnelPair(o => o with { DataShards = 0, ParityShards = 0 }).Session;
        fresh.Core.Kcp.SendUna.ShouldBeLessThan(first.Core.Kcp.SendUna);
        (fresh.Remote, fresh.Conversation).ShouldBe((first.Remote, first.Conversation));
        invariants.Check(fresh);
        found.ShouldBeEmpty();
    }

    private static uint SendNext(LinkSession session) => session.Core.Kcp.SendNext;

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_send")]
    private static extern ref SendBuffer SendOf(KcpSession session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_receive")]
    private static extern ref ReceiveBuffer ReceiveOf(KcpSession session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<Una>k__BackingField")]
    private static extern ref uint UnaOf(SendBuffer buffer);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<Next>k__BackingField")]
    private static extern ref uint SendNextOf(SendBuffer buffer);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<Next>k__BackingField")]
    private static extern ref uint NextOf(ReceiveBuffer buffer);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_head")]
    private static extern ref uint HeadOf(ReceiveBuffer buffer);
}
