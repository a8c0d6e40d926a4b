using System.Net.Sockets;
using KcpTun.Conformance.Support;
using KcpTun.Primitives;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Tunnel;

/// <summary>The whole tunnel over loopback. These tests use real time, bounded by a patience of 20 s.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TunnelEndToEndTests
{
    [Test]
    public async Task A_dial_that_hangs_does_not_hold_up_connections_that_another_slot_can_carry()
    {
        var never = new TaskCompletionSource();
        var network = new ResolvingNetwork(count => count == 1 ? Task.CompletedTask : never.Task);
        await using LoopbackTunnel tunnel = await LoopbackTunnel.StartAsync(o => o with { Conn = 3 }, null, network);
        for (int i = 0; i < 6; i++)
        {
            using Socket application = await tunnel.ConnectAsync();
            using Socket target = await tunnel.AcceptAsync();
            await LoopbackTunnel.EchoAsync(application, target);
        }

        tunnel.ClientContext.Snapshot().ActiveOpens.ShouldBe(1);
    }

    [Test]
    public async Task A_dial_that_fails_is_tried_again_and_the_connection_waits_for_it()
    {
        var network = new ResolvingNetwork(count => count == 1
            ? Task.FromException(new SocketException((int)SocketError.HostNotFound))
            : Task.CompletedTask);
        await using LoopbackTunnel tunnel = await LoopbackTunnel.StartAsync(null, null, network);
        using Socket application = await tunnel.ConnectAsync();
        using Socket target = await tunnel.AcceptAsync();
        await LoopbackTunnel.EchoAsync(application, target);
        lock (tunnel.Log.Lines)
            tunnel.Log.Lines.Count(line => line.StartsWith("re-connecting: dial()")).ShouldBe(1);
    }

    [Test]
    public async Task An_expired_session_keeps_its_streams_while_new_ones_get_a_new_session()
    {
        await using LoopbackTunnel tunnel = await LoopbackTunnel.StartAsync(o => o with { AutoExpire = 1 });
        using Socket first = await tunnel.ConnectAsync();
        using Socket firstTarget = await tunnel.AcceptAsync();
        await LoopbackTunnel.EchoAsync(first, firstTarget);
        Instant expiry = tunnel.ClientContext.Now.AddMilliseconds(1100);
        while (tunnel.ClientContext.Now < expiry)
            await LoopbackTunnel.EchoAsync(first, firstTarget);
        using Socket second = await tunnel.ConnectAsync();
        using Socket secondTarget = await tunnel.AcceptAsync();
        await LoopbackTunnel.EchoAsync(second, secondTarget);
        await LoopbackTunnel.EchoAsync(first, firstTarget);
        SnmpCounters counters = tunnel.ClientContext.Snapshot();
        counters.ActiveOpens.ShouldBe(2);
        counters.CurrEstab.ShouldBe(2);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Half_close_loses_nothing_in_either_direction(bool qpp)
    {
        byte[] request = Vectors.Lcg(1, 1_000_000);
        byte[] reply = Vectors.Lcg(2, 700_000);
        await using LoopbackTunnel tunnel = await LoopbackTunnel.StartAsync(
            o => o with { Qpp = qpp }, o => o with { Qpp = qpp });
        using Socket application = await tunnel.ConnectAsync();
        Task sending = SendAndShutdownAsync(application, request);
        using Socket target = await tunnel.AcceptAsync();
        (await LoopbackTunnel.ReceiveAsync(target, request.Length + 1)).ShouldBe(request);
        await SendAndShutdownAsync(target, reply);
        (await LoopbackTunnel.ReceiveAsync(application, reply.Length + 1)).ShouldBe(reply);
        await sending;
    }

    [Test]
    public async Task An_unreachable_target_closes_the_connection_at_once()
    {
        await using LoopbackTunnel tunnel = await LoopbackTunnel.StartAsync(hasTarget: false);
        using Socket application = await tunnel.ConnectAsync();
        (await LoopbackTunnel.ReceiveAsync(application, 1)).ShouldBeEmpty();
        lock (tunnel.Log.Lines)
            tunnel.Log.Lines.ShouldContain(line => line.StartsWith("dial tcp 127.0.0.1:"));
    }

    [Test]
    public async Task A_client_that_is_told_to_stop_delivers_what_it_has_read()
    {
        byte[] data = Vectors.Lcg(3, 200_000);
        await using LoopbackTunnel tunnel = await LoopbackTunnel.StartAsync();
        using Socket application = await tunnel.ConnectAsync();
        using Socket target = await tunnel.AcceptAsync();
        await LoopbackTunnel.EchoAsync(application, target);
        await application.SendAsync(data.AsMemory(0, 1000));
        (await LoopbackTunnel.ReceiveAsync(target, 1000)).ShouldBe(data[..1000]);
        await application.SendAsync(data.AsMemory(1000, 60_000));
        byte[] early = await LoopbackTunnel.ReceiveAsync(target, 1);
        tunnel.StopClient();
        await tunnel.Client;
        byte[] rest = await LoopbackTunnel.ReceiveAsync(target, 70_000);
        byte[] all = [.. early, .. rest];
        all.ShouldBe(data[1000..(1000 + all.Length)]);
        all.Length.ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task Tuncrypt_carries_data_between_two_ends_that_have_it()
    {
        await using LoopbackTunnel tunnel = await LoopbackTunnel.StartAsync(
            o => o with { TunCrypt = true }, o => o with { TunCrypt = true });
        using Socket application = await tunnel.ConnectAsync();
        using Socket target = await tunnel.AcceptAsync();
        await LoopbackTunnel.EchoAsync(application, target);
    }

    private static async Task SendAndShutdownAsync(Socket socket, byte[] data)
    {
        for (int sent = 0; sent < data.Length;)
            sent += await socket.SendAsync(data.AsMemory(sent));
        socket.Shutdown(SocketShutdown.Send);
    }
}
