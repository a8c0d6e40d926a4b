using KcpTun.IO;
using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Network;

/// <summary>One end of a virtual TCP connection. The two ends are on one host, so bytes take no time.</summary>
internal sealed class SimConnection : IStreamConnection
{
    private readonly SimPipe _incoming;
    private readonly SimPipe _outgoing;
    private readonly Func<bool> _isClosed;
    private bool _isDisposed;

    private SimConnection(SimPipe incoming, SimPipe outgoing, string remoteName)
    {
        _incoming = incoming;
        _outgoing = outgoing;
        RemoteName = remoteName;
        _isClosed = () => _isDisposed;
    }

    public string RemoteName { get; }

    /// <summary>Two ends of a new connection.</summary>
    /// <param name="longestRead">Most bytes one read returns.</param>
    public static (SimConnection Dialler, SimConnection Acceptor) Pair(
        SimLoop loop, string dialler, string acceptor, int longestRead = int.MaxValue)
    {
        var there = new SimPipe(loop) { LongestRead = longestRead };
        var back = new SimPipe(loop) { LongestRead = longestRead };
        return (new SimConnection(back, there, acceptor), new SimConnection(there, back, dialler));
    }

    public ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation) =>
        _incoming.ReadAsync(destination, _isClosed, cancellation);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellation) =>
        _outgoing.WriteAsync(source, _isClosed, cancellation);

    public void ShutdownWrite() => _outgoing.End();

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _outgoing.End();
        _incoming.Break();
    }
}
