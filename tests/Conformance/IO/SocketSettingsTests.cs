using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using KcpTun.IO;
using KcpTun.IO.Linux;
using KcpTun.Primitives;

namespace KcpTun.Conformance.IO;

/// <summary>DSCP and buffer sizes: set where they count, and a warning where they are not.</summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class SocketSettingsTests
{
    private const int ExpeditedForwarding = 46;
    private const int SocketLevel = 1;
    private const int ReceiveBuffer = 8;
    private const int SendBuffer = 7;

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void Dscp_is_seen_by_an_IPv4_peer(string kind)
    {
        var options = new DatagramSocketOptions(Dscp: ExpeditedForwarding);
        using IDatagramChannel channel = Channels.Open(kind, Channels.Any4, options);
        ReceivedTrafficClass(channel, IPAddress.Loopback).ShouldBe(ExpeditedForwarding << 2);
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void Dscp_is_seen_by_both_families_of_peers_of_a_dual_stack_socket(string kind)
    {
        var options = new DatagramSocketOptions(Dscp: ExpeditedForwarding);
        using IDatagramChannel channel = Channels.Open(kind, Channels.DualStack, options);
        ReceivedTrafficClass(channel, IPAddress.Loopback).ShouldBe(ExpeditedForwarding << 2);
        ReceivedTrafficClass(channel, IPAddress.IPv6Loopback).ShouldBe(ExpeditedForwarding << 2);
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void Without_dscp_nothing_is_marked(string kind)
    {
        using IDatagramChannel channel = Channels.Open(kind, Channels.Any4, new DatagramSocketOptions());
        ReceivedTrafficClass(channel, IPAddress.Loopback).ShouldBe(0);
    }

    [Test]
    public void A_refused_dscp_is_one_warning()
    {
        List<string> warnings = [];
        // A value beyond the option's range is what the kernel refuses on a working socket.
        using var six = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        TrafficClass.Apply(six, 1000, warnings.Add);
        warnings.ShouldHaveSingleItem().ShouldStartWith("SetDSCP: ");
        warnings[0].ShouldNotContain('\n');
    }

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void Buffers_have_the_wanted_size(string kind)
    {
        List<string> warnings = [];
        using IDatagramChannel channel =
            Channels.Open(kind, Channels.Loopback4, new DatagramSocketOptions(150_000, 0, warnings.Add));
        Socket socket = SocketOf(channel);
        // The kernel keeps, and reports, twice the value.
        Option(socket, ReceiveBuffer).ShouldBe(300_000);
        Option(socket, SendBuffer).ShouldBe(300_000);
        warnings.ShouldBeEmpty();
    }

    [Test]
    public void A_clamped_buffer_is_a_warning_that_names_the_remedy()
    {
        const int Huge = int.MaxValue / 2;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        List<string> warnings = [];
        SocketBuffers.Apply(socket, Huge, warnings.Add, mayForce: false);
        int receive = Option(socket, ReceiveBuffer) / 2, send = Option(socket, SendBuffer) / 2;
        receive.ShouldBeLessThan(Huge, "this machine's net.core.rmem_max has no effect");
        warnings.ShouldBe(
        [
            $"SetReadBuffer: the system grants {receive} of {Huge} bytes; "
                + $"to allow more: sysctl -w net.core.rmem_max={Huge}",
            $"SetWriteBuffer: the system grants {send} of {Huge} bytes; "
                + $"to allow more: sysctl -w net.core.wmem_max={Huge}",
        ]);
    }

    [Test]
    public void A_privileged_process_gets_more_than_the_limit_and_no_warning()
    {
        int limit = int.Parse(File.ReadAllText("/proc/sys/net/core/rmem_max"));
        int wanted = limit + 1_000_000;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        List<string> warnings = [];
        SocketBuffers.Apply(socket, wanted, warnings.Add);
        if (Environment.IsPrivilegedProcess && warnings.Count == 0)
            Option(socket, ReceiveBuffer).ShouldBe(wanted * 2);
        else
            warnings.ShouldContain(warning => warning.Contains($"net.core.rmem_max={wanted}"));
    }

    private static Socket SocketOf(IDatagramChannel channel) => channel switch
    {
        SocketDatagramChannel portable => portable.Socket,
        LinuxDatagramChannel linux => linux.Socket,
        _ => throw new ArgumentException(channel.ToString()),
    };

    private static int Option(Socket socket, int name) => socket.GetRawOption(SocketLevel, name);

    /// <summary>What the kernel reports about a datagram on arrival (IP_RECVTOS, IPV6_RECVTCLASS).</summary>
    private static unsafe int ReceivedTrafficClass(IDatagramChannel sender, IPAddress address)
    {
        const int ReceiveTos = 13, ReceiveClass = 66, HeaderSize = 16;
        bool isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, 0));
        int level = isIPv6 ? TrafficClass.IPv6Level : TrafficClass.IPv4Level;
        socket.SetRawOption(level, isIPv6 ? ReceiveClass : ReceiveTos, 1);
        Channels.SendAll(sender, Channels.BatchOf(PeerAddress.From((IPEndPoint)socket.LocalEndPoint!), 100));
        socket.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead).ShouldBeTrue();

        byte* data = stackalloc byte[200];
        byte* control = stackalloc byte[64];
        var vector = new IoVec { Base = data, Length = 200 };
        var message = new MMsgHdr
        {
            Header = new MsgHdr { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = 64 },
        };
        var calls = new MessageCalls((int)socket.SafeHandle.DangerousGetHandle());
        calls.Receive(&message, 1, out _).ShouldBe(1);
        CMsgHdr header = Unsafe.ReadUnaligned<CMsgHdr>(control);
        header.Level.ShouldBe(level);
        return control[HeaderSize];
    }
}
