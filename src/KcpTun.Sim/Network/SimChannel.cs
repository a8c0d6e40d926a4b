using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Network;

/// <summary>A virtual UDP socket.</summary>
internal sealed class SimChannel(SimHost host, PeerAddress local, LinkPacketPool pool) : IDatagramChannel
{
    private const int ReceiveBatchSize = 64;

    private readonly Queue<LinkPacket> _arrived = new();
    private SimDriver? _driver;
    private bool _isDisposed;

    public PeerAddress Local => local;

    /// <summary>The driver that waits on this channel.</summary>
    public void Attach(SimDriver driver) => _driver = driver;

    /// <summary>A datagram arrives.</summary>
    public void Deliver(LinkPacket packet)
    {
        _arrived.Enqueue(packet);
        _driver?.Wake();
    }

    public DatagramBatch CreateReceiveBatch() => new(ReceiveBatchSize);

    public int ReceiveBatch(DatagramBatch batch)
    {
        batch.Clear();
        while (!batch.IsFull && _arrived.TryDequeue(out LinkPacket? packet))
        {
            int length = Math.Min(packet.Length, IDatagramChannel.LongestDelivered);
            packet.Datagram[..length].CopyTo(batch.Reserve());
            batch.Commit(length, packet.From);
            pool.Return(packet);
        }

        return batch.Count;
    }

    public int SendBatch(DatagramBatch batch, int start)
    {
        int room = host.TakeSendRoom(batch.Count - start);
        for (int i = start; i < start + room; i++)
        {
            LinkPacket packet = pool.Rent();
            Span<byte> datagram = batch[i];
            datagram.CopyTo(packet.Buffer);
            packet.Length = datagram.Length;
            packet.From = local;
            packet.To = batch.Peers[i];
            host.Send(packet);
        }

        if (room < batch.Count - start)
            host.WakeLater(this);
        return room;
    }

    public void Wait(IClock clock, Instant deadline) => throw new NotSupportedException("A run never blocks.");

    public void Wake()
    {
        if (host.Loop.AssertThread())
            _driver?.Wake();
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        host.Forget(local);
        while (_arrived.TryDequeue(out LinkPacket? packet))
            pool.Return(packet);
    }
}
