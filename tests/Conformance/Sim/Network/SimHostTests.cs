using System.Net;
using System.Net.Sockets;
using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;
using KcpTun.Sim.Network;

namespace KcpTun.Conformance.Sim.Network;

/// <summary>Virtual sockets, drivers and names, as production code sees them.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SimHostTests
{
    private static readonly PeerAddress s_server = PeerAddress.From(IPEndPoint.Parse("10.0.0.2:29900"));

    private static int Send(IDatagramChannel channel, PeerAddress to, params int[] lengths)
    {
        var batch = new DatagramBatch(lengths.Length);
        foreach (int length in lengths)
        {
            batch.Reserve();
            batch.Commit(length, to);
        }

        return channel.SendBatch(batch, 0);
    }

    [Test]
    public void Datagrams_cross_the_path_and_carry_their_senders_address()
    {
        var machine = new SimMachine("rtt=40");
        IDatagramChannel client = SimMachine.Open(machine.Client, 0);
        IDatagramChannel server = SimMachine.Open(machine.Server, 29900);
        var drain = new Drain(server, (_, _) => Instant.Never);
        ((INetwork)machine.Server).RunDriver("server", server, drain.Step);

        machine.Loop.Post(_ => Send(client, s_server, 100, 200).ShouldBe(2), null);
        machine.Loop.Run(() => drain.Received.Count == 2, SimTime.Second).ShouldBeTrue();
        machine.Loop.Now.ShouldBe(20 * SimTime.Millisecond);
        drain.Received.ShouldBe([(100, client.Local), (200, client.Local)]);
        client.Local.Port.ShouldBe((ushort)40000);
        machine.Path.Pool.Outstanding.ShouldBe(0);
    }

    [Test]
    public void To_a_port_nobody_listens_on_it_is_lost_with_that_reason()
    {
        var machine = new SimMachine("rtt=40");
        IDatagramChannel client = SimMachine.Open(machine.Client, 0);
        machine.Loop.Post(_ => Send(client, s_server.WithPort(1), 100), null);
        machine.Loop.Run(() => false, SimTime.Second);
        machine.Log.Drops.ShouldBe([KeyValuePair.Create(DropReason.Unreachable, 1L)]);
        machine.Path.Pool.Outstanding.ShouldBe(0);
    }

    [Test]
    public void A_closed_socket_gives_its_address_and_its_packets_back()
    {
        var machine = new SimMachine();
        IDatagramChannel server = SimMachine.Open(machine.Server, 29900);
        Should.Throw<SocketException>(() => SimMachine.Open(machine.Server, 29900))
            .SocketErrorCode.ShouldBe(SocketError.AddressAlreadyInUse);
        IDatagramChannel client = SimMachine.Open(machine.Client, 0);
        machine.Loop.Post(_ => Send(client, s_server, 10, 10, 10), null);
        machine.Loop.Run(() => false, SimTime.Second);
        machine.Path.Pool.Outstanding.ShouldBe(3);
        server.Dispose();
        machine.Path.Pool.Outstanding.ShouldBe(0);
        SimMachine.Open(machine.Server, 29900).Dispose();
    }

    [Test]
    public void A_full_socket_takes_a_part_and_wakes_its_driver_when_there_is_room()
    {
        var faults = new HostFaults { FullSocket = Probability.Always, Chance = new RandomStream(1, "faults") };
        var machine = new SimMachine(faults: faults);
        IDatagramChannel client = SimMachine.Open(machine.Client, 0);
        var turns = new List<long>();
        ((INetwork)machine.Client).RunDriver("client", client, _ =>
        {
            turns.Add(machine.Loop.Now);
            if (turns.Count == 1)
                Send(client, s_server, 1, 2, 3, 4).ShouldBeLessThan(4);
            return Instant.Never;
        });
        machine.Loop.Run(() => false, SimTime.Second);
        turns.ShouldBe([0, SimTime.Millisecond]);
    }

    [Test]
    public void A_driver_runs_at_its_deadlines_and_when_it_is_woken()
    {
        var machine = new SimMachine();
        IDatagramChannel client = SimMachine.Open(machine.Client, 0);
        var turns = new List<long>();
        ((INetwork)machine.Client).RunDriver("client", client, now =>
        {
            turns.Add(machine.Loop.Now / SimTime.Millisecond);
            return turns.Count < 5 ? new Instant(now.Microseconds + 10_000) : null;
        });
        machine.Loop.Run(() => false, 15 * SimTime.Millisecond);
        machine.Loop.Post(
            _ =>
            {
                client.Wake();
                client.Wake();
            },
            null);
        machine.Loop.Run(() => false, SimTime.Second);
        turns.ShouldBe([0, 10, 15, 25, 35]);
    }

    [Test]
    public void A_driver_that_spins_ends_the_run()
    {
        var machine = new SimMachine();
        IDatagramChannel client = SimMachine.Open(machine.Client, 0);
        ((INetwork)machine.Client).RunDriver("client", client, now => now);
        machine.Loop.Run(() => false, SimTime.Second).ShouldBeFalse();
        machine.Loop.Violation.ShouldBe("LIV-3: the driver of client asks for deadlines in the past");
    }

    [Test]
    public void Connections_are_refused_where_nobody_listens()
    {
        var machine = new SimMachine();
        INetwork host = machine.Client;
        var endPoint = new StreamEndPoint("127.0.0.1", 80);
        Refused();
        IStreamListener listener = host.Listen(endPoint);
        Should.Throw<SocketException>(() => host.Listen(endPoint));
        listener.LocalName.ShouldBe("127.0.0.1:80");
        host.ConnectAsync(endPoint, CancellationToken.None).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        listener.Dispose();
        Refused();

        void Refused() => Should.Throw<SocketException>(
            () => { host.ConnectAsync(endPoint, CancellationToken.None).AsTask(); }).SocketErrorCode
            .ShouldBe(SocketError.ConnectionRefused);
    }

    [Test]
    public void Generators_of_one_machine_differ_and_are_those_of_its_seed()
    {
        static string Bytes(INetwork host)
        {
            byte[] bytes = new byte[16];
            host.CreateEntropy().Fill(bytes);
            return Convert.ToHexString(bytes);
        }

        var first = new SimMachine();
        var second = new SimMachine();
        string[] mine = [Bytes(first.Client), Bytes(first.Client), Bytes(first.Server)];
        mine.ShouldBeUnique();
        mine.ShouldBe([Bytes(second.Client), Bytes(second.Client), Bytes(second.Server)]);
    }

    [Test]
    public void Only_literal_addresses_resolve()
    {
        INetwork host = new SimMachine().Client;
        host.ResolveAsync("10.0.0.2", CancellationToken.None).AsTask().Result.ShouldBe([IPAddress.Parse("10.0.0.2")]);
        Should.Throw<SocketException>(() => { host.ResolveAsync("example.org", CancellationToken.None).AsTask(); });
    }

    [Test]
    public void Nothing_in_a_run_may_block()
    {
        IDatagramChannel channel = SimMachine.Open(new SimMachine().Client, 0);
        Should.Throw<NotSupportedException>(() => channel.Wait(new SimClock(new SimLoop()), Instant.Never));
    }
}
