using System.Net.Sockets;
using KcpTun.IO;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Network;

/// <summary>A virtual listening socket.</summary>
internal sealed class SimListener(SimHost host, StreamEndPoint endPoint) : IStreamListener
{
    /// <summary>Connections nobody has accepted yet.</summary>
    private const int Backlog = 4096;

    private readonly AsyncQueue<SimConnection> _accepted = new(Backlog);

    public string LocalName => endPoint.ToString();

    /// <summary>Hands over the far end of a new connection; false when the backlog is full or nobody listens.</summary>
    public bool TryOffer(SimConnection connection) => _accepted.TryEnqueue(connection);

    public async ValueTask<IStreamConnection> AcceptAsync(CancellationToken cancellation)
    {
        (bool ok, SimConnection connection) = await _accepted.DequeueAsync();
        return ok ? connection : throw new SocketException((int)SocketError.OperationAborted);
    }

    public void Dispose()
    {
        host.Forget(endPoint);
        _accepted.Complete();
    }
}
