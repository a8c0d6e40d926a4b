using System.Net;
using KcpTun.Primitives;
using KcpTun.Sim.Conform.Running;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Reports;

namespace KcpTun.Sim.Conform.Reports;

/// <summary>The log of a case as a capture that Wireshark opens.</summary>
internal static class CaseCapture
{
    private const int SubjectPort = 29900;
    private const int FirstTesterPort = 40000;

    private static readonly PeerAddress s_subject = AddressOf(2, SubjectPort);

    /// <param name="script">The case.</param>
    /// <param name="log">What was on the wire.</param>
    /// <param name="program">Name and version of what writes it.</param>
    /// <param name="limit">Datagrams at most.</param>
    /// <returns>The file.</returns>
    public static byte[] Write(ConformanceScript script, CaseLog log, string program, int limit)
    {
        using MemoryStream file = new();
        PcapngWriter writer = new(file, program, $"case {script.Header.Id}: {script.Header.Title}");
        uint wire = writer.AddInterface("wire", "datagrams between tester and subject");
        byte[] packet = new byte[ushort.MaxValue];
        int number = 0;
        foreach (LoggedDatagram datagram in log.Datagrams.Take(limit))
        {
            PeerAddress tester = AddressOf(1, FirstTesterPort + datagram.Socket);
            (PeerAddress from, PeerAddress to) = datagram.IsFromSubject ? (s_subject, tester) : (tester, s_subject);
            int length = IpPacket.Write(from, to, number++, datagram.Bytes.Span, packet);
            const int nanosecondsPerMicrosecond = 1000;
            long time = Math.Max(0, datagram.Time.Microseconds) * nanosecondsPerMicrosecond;
            writer.WritePacket(wire, time, packet.AsSpan(0, length), null);
        }

        return file.ToArray();
    }

    private static PeerAddress AddressOf(byte host, int port) =>
        PeerAddress.From(new IPEndPoint(new IPAddress([10, 0, 0, host]), port));
}
