using System.Net;
using KcpTun.Conformance.Sim.Links;
using KcpTun.Crypt;
using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Metrics;
using KcpTun.Sim.Network;

namespace KcpTun.Conformance.Sim.Network;

/// <summary>Two virtual machines and a path, without a tunnel.</summary>
internal sealed class SimMachine
{
    public SimMachine(string settings = "", HostFaults? faults = null)
    {
        var envelope = Envelope.Create(CipherKind.Null, new byte[32]);
        Accounts = new WireAccounts(0);
        Log = new WireLog(Trace, envelope, Accounts, null);
        Path = new SimPath(Loop, LinkRun.Parse(settings), 1, Log);
        Client = Host("client", "10.0.0.1", faults ?? HostFaults.None);
        Server = Host("server", "10.0.0.2", HostFaults.None);
        Path.Join(Client, Server);
    }

    public SimLoop Loop { get; } = new();

    public TraceHash Trace { get; } = new();

    public WireAccounts Accounts { get; }

    public WireLog Log { get; }

    public SimPath Path { get; }

    public SimHost Client { get; }

    public SimHost Server { get; }

    public static IDatagramChannel Open(INetwork host, int port) =>
        host.OpenDatagramChannel(new IPEndPoint(IPAddress.Any, port), new DatagramSocketOptions());

    private SimHost Host(string name, string address, HostFaults faults) => new(
        name, IPAddress.Parse(address), Path, new SimClock(Loop), new RandomStream(1, name), faults);
}

/// <summary>Reads all a socket gets, and answers with what it is told to.</summary>
internal sealed class Drain(IDatagramChannel channel, Func<int, Instant, Instant?> step)
{
    private readonly DatagramBatch _batch = channel.CreateReceiveBatch();

    public List<(int Length, PeerAddress From)> Received { get; } = [];

    public Instant? Step(Instant now)
    {
        int before = Received.Count;
        while (channel.ReceiveBatch(_batch) > 0)
        {
            for (int i = 0; i < _batch.Count; i++)
                Received.Add((_batch[i].Length, _batch.Peers[i]));
        }

        return step(Received.Count - before, now);
    }
}
