using System.Globalization;
using KcpTun.Sim.Conform.Running;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Reports;

/// <summary>The log of a case in the syntax of scripts, one datagram a line.</summary>
internal static class WireText
{
    /// <param name="header">Of the case.</param>
    /// <param name="log">What was on the wire.</param>
    /// <param name="limit">Lines at most; what is left out is counted in the last one.</param>
    public static IEnumerable<string> Lines(ScriptHeader header, CaseLog log, int limit)
    {
        // Whoever can open what the subject sends can open what is sent to it: the keys are the same.
        PlayedPeer reader = PlayedPeer.Create(CaseSettings.PeerOf(header) with { Layer = WireLayer.Datagram });
        int shown = Math.Min(limit, log.Datagrams.Count);
        for (int i = 0; i < shown; i++)
        {
            LoggedDatagram datagram = log.Datagrams[i];
            reader.Receive(datagram.Bytes.Span, datagram.Socket, datagram.Time);
            string packets = reader.Events.TryDequeue(out WireEvent? read)
                ? PacketText.Format(read.Packets)
                : $"({datagram.Bytes.Length} bytes)";
            string time = (datagram.Time.Microseconds / 1000m).ToString("0.000", CultureInfo.InvariantCulture);
            string socket = datagram.Socket == 1 ? "" : $" (socket {datagram.Socket})";
            yield return $"{time,10} {(datagram.IsFromSubject ? '>' : '<')}{socket} {packets}";
        }

        long left = log.Datagrams.Count - shown + log.Omitted;
        if (left > 0)
            yield return $"and {left} more datagrams";
    }
}
