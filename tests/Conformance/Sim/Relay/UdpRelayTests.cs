using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using KcpTun.Conformance.Sim.Links;
using KcpTun.IO;
using KcpTun.Sim.Links;
using KcpTun.Sim.Relay;

namespace KcpTun.Conformance.Sim.Relay;

/// <summary>The relay between real sockets on the loopback interface.</summary>
public sealed class UdpRelayTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private Socket _server = null!;
    private Socket _client = null!;
    private UdpRelay? _relay;

    [SetUp]
    public void Open()
    {
        _server = NewSocket();
        _client = NewSocket();
    }

    [TearDown]
    public async Task Close()
    {
        _relay?.Stop();
        if (_relay is not null)
            await _relay.Ended.WaitAsync(s_patience);
        _relay = null;
        _server.Dispose();
        _client.Dispose();
    }

    [Test]
    public void Datagrams_pass_both_ways_after_their_delay()
    {
        Start("rtt=60 rtt-split=70/30");
        long start = Stopwatch.GetTimestamp();
        Send(_client, 7);
        (byte there, EndPoint from) = Receive(_server);
        TimeSpan up = Stopwatch.GetElapsedTime(start);
        _server.SendTo([(byte)(there + 1)], from);
        Receive(_client).Value.ShouldBe((byte)8);
        up.ShouldBeInRange(TimeSpan.FromMilliseconds(42), s_patience);
        Stopwatch.GetElapsedTime(start).ShouldBeInRange(TimeSpan.FromMilliseconds(60), s_patience);
        (_relay!.Up.Delivered, _relay.Down.Delivered).ShouldBe((1, 1));
    }

    [Test]
    public void Every_client_gets_its_own_answers()
    {
        Start("delay=5");
        using Socket other = NewSocket();
        Send(_client, 1);
        Send(other, 2);
        for (int i = 0; i < 2; i++)
        {
            (byte value, EndPoint from) = Receive(_server);
            _server.SendTo([(byte)(value + 10)], from);
        }

        Receive(_client).Value.ShouldBe((byte)11);
        Receive(other).Value.ShouldBe((byte)12);
    }

    [Test]
    public void The_path_loses_and_doubles_what_it_is_told_to()
    {
        Start("drop=up=2 dup=down=100");
        for (byte i = 1; i <= 3; i++)
            Send(_client, i);
        Receive(_server).Value.ShouldBe((byte)1);
        (byte last, EndPoint from) = Receive(_server);
        last.ShouldBe((byte)3);
        _server.SendTo([9], from);
        Receive(_client).Value.ShouldBe((byte)9);
        Receive(_client).Value.ShouldBe((byte)9);
        _relay!.Up.Drops.ShouldBe([new(DropReason.Listed, 1)]);
        _relay.Down.Duplicates.ShouldBe(1);
    }

    [Test]
    public void A_burst_larger_than_a_batch_arrives_in_order()
    {
        Start("delay=20 rate=50mbit queue=1000p");
        for (int i = 0; i < 200; i++)
            Send(_client, (byte)i);
        for (int i = 0; i < 200; i++)
            Receive(_server).Value.ShouldBe((byte)i);
    }

    [Test]
    public async Task Rebinding_shows_the_server_another_port()
    {
        Start("rebind=200ms");
        Send(_client, 1);
        EndPoint first = Receive(_server).From, now;
        long start = Stopwatch.GetTimestamp();
        do
        {
            Send(_client, 2);
            now = Receive(_server).From;
            Stopwatch.GetElapsedTime(start).ShouldBeLessThan(s_patience);
        }
        while (now.Equals(first));

        // What still goes to the old port is lost; the new one leads back.
        _server.SendTo([3], first);
        _server.SendTo([4], now);
        Receive(_client).Value.ShouldBe((byte)4);
        SpinWait.SpinUntil(() => _relay!.Down.Entered == 2, s_patience).ShouldBeTrue();
        _relay!.Stop();
        await _relay.Ended.WaitAsync(s_patience);
        _relay.Down.Drops.ShouldBe([new(DropReason.Nat, 1)]);
    }

    [Test]
    public void Clients_beyond_the_limit_are_not_served()
    {
        Start("", maxPeers: 1);
        using Socket other = NewSocket();
        Send(_client, 1);
        Receive(_server).Value.ShouldBe((byte)1);
        Send(other, 2);
        Send(_client, 3);
        Receive(_server).Value.ShouldBe((byte)3);
        _relay!.Up.Drops.ShouldBe([new(DropReason.Unreachable, 1)]);
    }

    [Test]
    public void A_datagram_too_long_for_the_model_is_not_cut_but_lost()
    {
        Start("");
        _client.SendTo(new byte[1501], _relay!.Local);
        _client.SendTo(new byte[1500], _relay.Local);
        _server.Receive(new byte[2000]).ShouldBe(1500);
        _relay.Up.Drops.ShouldBe([new(DropReason.Mtu, 1)]);
    }

    [Test]
    public async Task A_silent_client_s_socket_is_closed_and_opened_again()
    {
        Start("", idleTimeout: TimeSpan.FromMilliseconds(50));
        Send(_client, 1);
        EndPoint first = Receive(_server).From;
        using Socket probe = NewSocket();
        // The kernel refuses the closed port; connected sockets hear of it.
        await probe.ConnectAsync(first);
        long start = Stopwatch.GetTimestamp();
        while (IsHeard(probe))
            Stopwatch.GetElapsedTime(start).ShouldBeLessThan(s_patience);
        Send(_client, 2);
        Receive(_server).Value.ShouldBe((byte)2);

        static bool IsHeard(Socket probe)
        {
            try
            {
                probe.Send([0]);
                return !probe.Poll(TimeSpan.FromMilliseconds(10), SelectMode.SelectRead)
                    || probe.Receive(new byte[1]) >= 0;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                return false;
            }
        }
    }

    [Test]
    public async Task The_command_says_what_it_does_and_what_it_has_done()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        RelayOptions options = Options("rtt=200 loss=30") with { Duration = TimeSpan.FromMilliseconds(50), Seed = 42 };
        int code = await RelayCommand.RunAsync(options, output, error, default).WaitAsync(s_patience);
        code.ShouldBe(0, error.ToString());
        string[] lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldStartWith("relay 127.0.0.1:");
        lines[0].ShouldEndWith($" to {options.To}: rtt 200 ms, loss 30 % each way; seed 42");
        lines[1].ShouldStartWith("up: 0 datagrams in, 0 lost, 0 duplicated, 0 under way, 0 delivered; late by 0.00 ms");
        lines[2].ShouldStartWith("down: ");
    }

    [Test]
    public async Task Cancelling_ends_the_command_in_the_regular_way()
    {
        using var output = new StringWriter();
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        Task<int> run = RelayCommand.RunAsync(Options(""), output, TextWriter.Null, cancellation.Token);
        (await run.WaitAsync(s_patience)).ShouldBe(0);
        output.ToString().ShouldContain("down: 0 datagrams in");
    }

    [Test]
    public async Task A_port_in_use_is_one_line_and_a_failure()
    {
        using var error = new StringWriter();
        RelayOptions options = Options("") with { Listen = (IPEndPoint)_server.LocalEndPoint! };
        (await RelayCommand.RunAsync(options, TextWriter.Null, error, default)).ShouldBe(1);
        error.ToString().ShouldStartWith($"relay: cannot listen on {options.Listen}: ");
        error.ToString().Trim().ShouldNotContain('\n');
    }

    [TestCase("127.0.0.1:4000", "127.0.0.1:4000")]
    [TestCase("localhost:1", "127.0.0.1:1")]
    [TestCase(":4000", "0.0.0.0:4000")]
    [TestCase("[::1]:4000", "[::1]:4000")]
    [TestCase("127.0.0.1", null)]
    [TestCase("127.0.0.1:", null)]
    [TestCase("127.0.0.1:65536", null)]
    [TestCase("::1:4000", null)]
    [TestCase("nowhere:4000", null)]
    public void An_end_point_is_an_address_and_a_port(string text, string? expected)
    {
        RelayOptions.TryEndPoint(text, out IPEndPoint? endPoint).ShouldBe(expected is not null);
        endPoint?.ToString().ShouldBe(expected);
    }

    private static Socket NewSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = (int)s_patience.TotalMilliseconds,
        };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private RelayOptions Options(string settings) => new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        To = (IPEndPoint)_server.LocalEndPoint!,
        Path = LinkRun.Parse(settings),
    };

    private void Start(string settings, int maxPeers = 16, TimeSpan? idleTimeout = null) => _relay = UdpRelay.Start(
        Options(settings) with { MaxPeers = maxPeers, IdleTimeout = idleTimeout ?? TimeSpan.FromMinutes(1) },
        new SystemNetwork());

    private void Send(Socket socket, byte value) => socket.SendTo([value], _relay!.Local);

    private static (byte Value, EndPoint From) Receive(Socket socket)
    {
        var buffer = new byte[10];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        socket.ReceiveFrom(buffer, ref from).ShouldBe(1);
        return (buffer[0], from);
    }
}
