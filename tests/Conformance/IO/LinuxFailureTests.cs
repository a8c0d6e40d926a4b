using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using KcpTun.IO;
using KcpTun.IO.Linux;
using KcpTun.Primitives;

namespace KcpTun.Conformance.IO;

/// <summary>What becomes of a batch when the kernel refuses a part of it.</summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class LinuxFailureTests : IDisposable
{
    private readonly ScriptedCalls _calls;
    private readonly LinuxDatagramChannel _client;
    private readonly LinuxDatagramChannel _server = Channels.OpenLinux(Channels.Loopback4);

    public LinuxFailureTests()
    {
        ScriptedCalls? calls = null;
        _client = Channels.OpenLinux(Channels.Loopback4, kernel => calls = new ScriptedCalls(kernel));
        _calls = calls!;
    }

    [SetUp]
    public void Reset()
    {
        _calls.SendError = _ => 0;
        _calls.MessagesPerCall = int.MaxValue;
        _calls.Sent.Clear();
        _calls.ReceiveErrors.Clear();
        Drain(_client);
        Drain(_server);
    }

    [OneTimeTearDown]
    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    [Test]
    public void A_full_socket_cuts_the_send_short_and_the_rest_follows_later()
    {
        int calls = 0;
        _calls.MessagesPerCall = 2;
        _calls.SendError = _ => ++calls == 2 ? ErrorNumber.WouldBlock : 0;
        DatagramBatch batch = Batch([500, 600, 700, 800, 900]);

        _client.SendBatch(batch, 0).ShouldBe(2);
        // The socket has room, as poll sees at once: the wait must ask for it, or it would last.
        WaitLength(seconds: 20).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        _client.SendBatch(batch, 2).ShouldBe(3);
        ShouldArrive(batch);
    }

    [Test]
    public void After_a_complete_send_a_wait_does_not_end_for_room()
    {
        DatagramBatch batch = Batch([500]);
        _calls.SendError = _ => ErrorNumber.WouldBlock;
        _client.SendBatch(batch, 0).ShouldBe(0);
        _calls.SendError = _ => 0;
        _client.SendBatch(batch, 0).ShouldBe(1);
        Instant deadline = Channels.Clock.Now.AddMilliseconds(30);
        _client.Wait(Channels.Clock, deadline);
        Channels.Clock.Now.ShouldBeGreaterThanOrEqualTo(deadline);
        ShouldArrive(batch);
    }

    [TestCase(ErrorNumber.NoBuffers)]
    [TestCase(ErrorNumber.OutOfMemory)]
    public void A_system_short_of_buffers_is_given_a_pause_not_a_spin(int error)
    {
        _calls.SendError = _ => error;
        _client.SendBatch(Batch([500]), 0).ShouldBe(0);
        WaitLength(seconds: 20).ShouldBeInRange(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
    }

    [TestCase(ErrorNumber.Io)]
    [TestCase(ErrorNumber.NotSupported)]
    [TestCase(ErrorNumber.NoSuchOption)]
    public void A_device_without_segmentation_gets_single_datagrams_from_then_on(int error)
    {
        ScriptedCalls? calls = null;
        using LinuxDatagramChannel client =
            Channels.OpenLinux(Channels.Loopback4, kernel => calls = new ScriptedCalls(kernel));
        calls!.SendError = runs => runs[0] > 1 ? error : 0;
        DatagramBatch batch = Batch([.. Enumerable.Repeat(1350, 100)]);

        client.SendBatch(batch, 0).ShouldBe(100);
        client.Gso.IsEnabled.ShouldBeFalse();
        calls.Sent.SelectMany(runs => runs).ShouldAllBe(run => run == 1);
        ShouldArrive(batch);
    }

    [TestCase(ErrorNumber.InvalidArgument)]
    [TestCase(ErrorNumber.MessageTooLong)]
    public void A_group_refused_for_its_peer_goes_out_singly_and_others_stay_grouped(int error)
    {
        bool isFirst = true;
        _calls.SendError = runs => runs[0] > 1 && isFirst ? Fail() : 0;
        DatagramBatch batch = Batch([.. Enumerable.Repeat(1350, 96)]);

        _client.SendBatch(batch, 0).ShouldBe(96);
        _client.Gso.IsEnabled.ShouldBeTrue();
        _calls.Sent.SelectMany(runs => runs).ShouldBe([.. Enumerable.Repeat(1, 48), 48]);
        ShouldArrive(batch);

        _calls.Sent.Clear();
        _client.SendBatch(batch, 0).ShouldBe(96);
        _calls.Sent.ShouldHaveSingleItem().ShouldBe([48, 48]);
        ShouldArrive(batch);

        int Fail()
        {
            isFirst = false;
            return error;
        }
    }

    [Test]
    public void Segmentation_that_is_always_refused_is_given_up()
    {
        ScriptedCalls? calls = null;
        using LinuxDatagramChannel client =
            Channels.OpenLinux(Channels.Loopback4, kernel => calls = new ScriptedCalls(kernel));
        calls!.SendError = runs => runs[0] > 1 ? ErrorNumber.InvalidArgument : 0;
        DatagramBatch batch = Batch([200, 200]);
        for (int i = 1; i <= Gso.MaxRefusals; i++)
        {
            client.Gso.IsEnabled.ShouldBeTrue();
            client.SendBatch(batch, 0).ShouldBe(2);
            ShouldArrive(batch);
        }

        client.Gso.IsEnabled.ShouldBeFalse();
    }

    /// <summary>A socket without checksums is refused segmentation by the kernel itself.</summary>
    [Test]
    public void A_refusal_by_the_real_kernel_loses_nothing()
    {
        const int SocketLevel = 1, NoCheck = 11;
        using LinuxDatagramChannel client = Channels.OpenLinux(Channels.Loopback4);
        client.Socket.SetRawOption(SocketLevel, NoCheck, 1);
        DatagramBatch batch = Batch([.. Enumerable.Repeat(1350, 200)]);
        for (int i = 0; i < Gso.MaxRefusals; i++)
        {
            client.SendBatch(batch, 0).ShouldBe(200);
            ShouldArrive(batch);
        }

        client.Gso.Messages.ShouldBe(0);
        client.Gso.IsEnabled.ShouldBeFalse();
    }

    [TestCase(1, Description = "EPERM: a packet filter")]
    [TestCase(101, Description = "ENETUNREACH")]
    [TestCase(111, Description = "ECONNREFUSED")]
    public void A_message_that_cannot_be_delivered_is_skipped(int error)
    {
        int calls = 0;
        _calls.MessagesPerCall = 1;
        _calls.SendError = _ => ++calls == 2 ? error : 0;
        long before = _client.Sender.Undeliverable;
        DatagramBatch batch = Batch([500, 600, 600, 700]);

        _client.SendBatch(batch, 0).ShouldBe(4);
        (_client.Sender.Undeliverable - before).ShouldBe(2);
        Channels.ReceiveAll(_server, 2).Select(d => d.Payload.Length).ShouldBe([500, 700]);
    }

    /// <summary>Else a forged source could make a server believe that segmentation does not work.</summary>
    [Test]
    public void Nothing_is_offered_to_the_kernel_for_port_0()
    {
        PeerAddress portZero = PeerAddress.FromIPv4([127, 0, 0, 1], 0);
        var batch = new DatagramBatch(3);
        Channels.Add(batch, Channels.Payload(0, 500), portZero);
        Channels.Add(batch, Channels.Payload(1, 500), portZero);
        Channels.Add(batch, Channels.Payload(2, 600), _server.Local);
        _client.SendBatch(batch, 0).ShouldBe(3);
        _calls.Sent.ShouldHaveSingleItem().ShouldBe([1]);
        Channels.ReceiveAll(_server, 1)[0].Payload.Length.ShouldBe(600);
    }

    [Test]
    public void A_single_datagram_too_long_for_its_path_is_skipped()
    {
        int calls = 0;
        _calls.MessagesPerCall = 1;
        _calls.SendError = _ => ++calls == 1 ? ErrorNumber.MessageTooLong : 0;
        _client.SendBatch(Batch([500, 600]), 0).ShouldBe(2);
        Channels.ReceiveAll(_server, 1).Select(d => d.Payload.Length).ShouldBe([600]);
        _client.Gso.IsEnabled.ShouldBeTrue();
    }

    [Test]
    public void An_interrupted_call_is_repeated()
    {
        int calls = 0;
        _calls.SendError = _ => ++calls == 1 ? ErrorNumber.Interrupted : 0;
        DatagramBatch batch = Batch([500, 600]);
        _client.SendBatch(batch, 0).ShouldBe(2);
        ShouldArrive(batch);

        Channels.SendAll(_server, Channels.BatchOf(_client.Local, 70));
        _calls.ReceiveErrors.Enqueue(ErrorNumber.Interrupted);
        _client.ReceiveBatch(_client.CreateReceiveBatch()).ShouldBe(1);
    }

    [TestCase(111)]
    [TestCase(ErrorNumber.WouldBlock)]
    public void A_transient_error_of_a_receive_counts_as_nothing_waiting(int error)
    {
        Channels.SendAll(_server, Channels.BatchOf(_client.Local, 70));
        _calls.ReceiveErrors.Enqueue(error);
        DatagramBatch batch = _client.CreateReceiveBatch();
        _client.ReceiveBatch(batch).ShouldBe(0);
        _client.ReceiveBatch(batch).ShouldBe(1);
    }

    [Test]
    public void An_unusable_socket_is_an_exception_not_an_endless_loop()
    {
        _calls.SendError = _ => ErrorNumber.BadDescriptor;
        Should.Throw<SocketException>(() => _client.SendBatch(Batch([500]), 0)).Message.ShouldContain("errno 9");
        _calls.ReceiveErrors.Enqueue(ErrorNumber.BadDescriptor);
        Should.Throw<SocketException>(() => _client.ReceiveBatch(_client.CreateReceiveBatch()));
    }

    [Test]
    public void Sends_larger_than_the_message_and_vector_tables_are_continued()
    {
        // Neighbours differ in size, so each is a message of its own; then more datagrams than vectors.
        int[] sizes = [.. Enumerable.Range(0, 200).Select(i => 100 + (i % 2 * 50)), .. Enumerable.Repeat(60, 1500)];
        DatagramBatch batch = Batch(sizes);
        _client.SendBatch(batch, 0).ShouldBe(sizes.Length);
        ShouldArrive(batch);
    }

    private DatagramBatch Batch(int[] sizes) => Channels.BatchOf(_server.Local, sizes);

    private void ShouldArrive(DatagramBatch batch)
    {
        List<(byte[] Payload, PeerAddress Peer)> received = Channels.ReceiveAll(_server, batch.Count);
        for (int i = 0; i < batch.Count; i++)
            received[i].Payload.ShouldEqual(batch[i], i);
    }

    /// <summary>What a failed test has left behind is not the next one's failure.</summary>
    private static void Drain(LinuxDatagramChannel channel)
    {
        DatagramBatch batch = channel.CreateReceiveBatch();
        while (channel.ReceiveBatch(batch) > 0)
        {
        }
    }

    private TimeSpan WaitLength(int seconds)
    {
        long start = Stopwatch.GetTimestamp();
        _client.Wait(Channels.Clock, Channels.Clock.Now.AddSeconds(seconds));
        return Stopwatch.GetElapsedTime(start);
    }
}
