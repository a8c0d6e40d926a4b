using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using KcpTun.IO;
using KcpTun.Primitives;

namespace KcpTun.Conformance.IO;

/// <summary>
/// Loopback takes everything at once, so no socket's buffer ever fills up there. In a network namespace of its own,
/// with a shaped loopback, it does; that takes a privileged process and iproute2.
/// </summary>
[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed partial class FullSocketTests
{
    private const int NewNetworkNamespace = 0x40000000;

    [TestCaseSource(typeof(Channels), nameof(Channels.Kinds))]
    public void A_full_socket_cuts_sends_short_and_nothing_is_lost(string kind)
    {
        Assume.That(Environment.IsPrivilegedProcess, "needs a privileged process");
        string? obstacle = null;
        Exception? failure = null;
        // The namespace belongs to the thread, and to the processes that it starts.
        var thread = new Thread(() =>
        {
            try
            {
                obstacle = EnterShapedNetwork();
                if (obstacle is null)
                    SendThroughNarrowLink(kind);
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        Assume.That(obstacle, Is.Null);
        failure.ShouldBeNull();
    }

    private static void SendThroughNarrowLink(string kind)
    {
        const int Count = 64;
        using IDatagramChannel server = Channels.Open(Channels.Portable, Channels.Loopback4);
        using IDatagramChannel client = Channels.Open(kind, Channels.Loopback4, new DatagramSocketOptions(1));
        DatagramBatch batch = Channels.BatchOf(server.Local, [.. Enumerable.Repeat(1350, Count)]);
        Instant limit = Channels.Clock.Now.AddSeconds(20);
        int cuts = 0;
        for (int next = client.SendBatch(batch, 0); next < Count; next += client.SendBatch(batch, next))
        {
            cuts++;
            client.Wait(Channels.Clock, limit);
            Channels.Clock.Now.ShouldBeLessThan(limit, "room in the socket did not end the wait");
        }

        cuts.ShouldBeInRange(1, Count, "a wait that does not wait would need many more turns");
        List<(byte[] Payload, PeerAddress Peer)> received = Channels.ReceiveAll(server, Count);
        for (int i = 0; i < Count; i++)
            received[i].Payload.ShouldEqual(batch[i], i);
    }

    /// <returns>Null, or what this machine lacks.</returns>
    private static string? EnterShapedNetwork()
    {
        if (Unshare(NewNetworkNamespace) != 0)
            return "the system allows no network namespace";
        return Run("ip", "link set lo up") ?? Run("tc", "qdisc add dev lo root tbf rate 2mbit burst 5kb limit 200kb");
    }

    private static string? Run(string program, string arguments)
    {
        try
        {
            using Process process = Process.Start(program, arguments);
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"{program} {arguments} failed";
        }
        catch (Win32Exception)
        {
            return $"{program} is not installed";
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare")]
    private static partial int Unshare(int flags);
}
