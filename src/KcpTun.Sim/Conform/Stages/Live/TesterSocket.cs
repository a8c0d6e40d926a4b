using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace KcpTun.Sim.Conform.Stages.Live;

/// <summary>
/// One of the tester's UDP sockets. A thread of its own waits on it, so that the time of an arrival is read as early
/// as it can be, whatever the tester is doing.
/// </summary>
internal sealed class TesterSocket : IDisposable
{
    private const int BufferBytes = 4 << 20;
    private const int LargestDatagram = 65536;

    private readonly int _number;
    private readonly LiveGate _gate;
    private readonly Action<StageDatagram, IPEndPoint> _onDatagram;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Thread _thread;
    private volatile bool _isClosed;

    /// <param name="number">The number by which scripts know it.</param>
    /// <param name="port">The port on 127.0.0.1; 0 for any.</param>
    /// <param name="onDatagram">Called with every datagram, and inside of the gate.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    public TesterSocket(int number, int port, LiveGate gate, Action<StageDatagram, IPEndPoint> onDatagram)
    {
        _number = number;
        _gate = gate;
        _onDatagram = onDatagram;
        _socket.ReceiveBufferSize = BufferBytes;
        _socket.SendBufferSize = BufferBytes;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _thread = new Thread(Receive) { IsBackground = true, Name = $"tester socket {number}" };
        _thread.Start();
    }

    public void Send(ReadOnlySpan<byte> datagram, IPEndPoint to)
    {
        try
        {
            _socket.SendTo(datagram, to);
        }
        catch (SocketException)
        {
            // A datagram that cannot be sent is a lost one.
        }
    }

    public void Dispose()
    {
        _isClosed = true;
        _socket.Dispose();
        _thread.Join();
    }

    private void Receive()
    {
        byte[] buffer = new byte[LargestDatagram];
        while (!_isClosed)
        {
            try
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                int length = _socket.ReceiveFrom(buffer, ref from);
                long time = Stopwatch.GetTimestamp();
                byte[] copy = buffer.AsSpan(0, length).ToArray();
                _gate.Change(() => _onDatagram(
                    new StageDatagram(_gate.At(time), copy, _number), (IPEndPoint)from));
            }
            catch (SocketException)
            {
                // Closed by us, or the subject's port is closed, which some systems report here.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }
}
