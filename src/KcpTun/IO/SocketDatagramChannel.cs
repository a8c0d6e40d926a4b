using System.Net;
using System.Net.Sockets;
using KcpTun.IO.Windows;
using KcpTun.Primitives;

namespace KcpTun.IO;

/// <summary>
/// A UDP socket on any system, through the base library only: one call per datagram, but no garbage. Waits are
/// rounded up to the millisecond, the unit in which the base library's select counts.
/// </summary>
public sealed class SocketDatagramChannel : IDatagramChannel
{
    private const int ReceiveCapacity = 64;
    private const int LargestDatagram = 65536;
    private const long PauseMicroseconds = 1000;
    private const long LongestWaitMicroseconds = 1_000_000_000;

    private readonly Socket _socket;
    private readonly Socket _waker;
    private readonly bool _isIPv6;
    private readonly SocketAddress _source;
    private readonly SocketAddress _destination;
    private readonly List<Socket> _readable = new(2);
    private readonly List<Socket> _writable = new(1);
    private readonly TimerResolution? _timerResolution;
    private PeerAddress _destinationPeer;
    private WakeSignal _signal;
    private SendStall _stall;

    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public SocketDatagramChannel(IPEndPoint local, DatagramSocketOptions options)
    {
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(options);
        _socket = DatagramSocket.Open(local, options);
        Local = PeerAddress.From((IPEndPoint)_socket.LocalEndPoint!);
        _isIPv6 = _socket.AddressFamily == AddressFamily.InterNetworkV6;
        int size = _isIPv6 ? SocketAddresses.IPv6Size : SocketAddresses.IPv4Size;
        _source = new SocketAddress(_socket.AddressFamily, size);
        _destination = new SocketAddress(_socket.AddressFamily, size);
        _waker = OpenWaker();
        if (OperatingSystem.IsWindows())
            _timerResolution = new TimerResolution();
    }

    public PeerAddress Local { get; }

    internal Socket Socket => _socket;

    /// <remarks>
    /// Datagrams are packed one behind the other; the room for one of the largest size at the end lets each be
    /// received whole, so that an over-long one is cut here and is not an error of the system's.
    /// </remarks>
    public DatagramBatch CreateReceiveBatch() =>
        new(ReceiveCapacity, (ReceiveCapacity * IDatagramChannel.LongestDelivered) + LargestDatagram);

    public int ReceiveBatch(DatagramBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Clear();
        int offset = 0;
        while (!batch.IsFull && batch.Buffer.Length - offset >= DatagramBatch.SlotSize)
        {
            if (!TryReceive(batch.Buffer.AsSpan(offset), out int length))
                break;
            length = Math.Min(length, IDatagramChannel.LongestDelivered);
            batch.Add(new Slice(offset, length), SocketAddresses.Read(_source.Buffer.Span, _isIPv6));
            offset += length;
        }

        return batch.Count;
    }

    public int SendBatch(DatagramBatch batch, int start)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _stall = SendStall.None;
        ReadOnlySpan<PeerAddress> peers = batch.Peers;
        for (int i = start; i < peers.Length; i++)
        {
            if (TryAddress(peers[i]) && !TrySend(batch[i]))
                return i - start;
        }

        return peers.Length - start;
    }

    public void Wait(IClock clock, Instant deadline)
    {
        ArgumentNullException.ThrowIfNull(clock);
        if (!_signal.TryBeginWait())
            return;
        Instant now = clock.Now;
        if (_stall == SendStall.SystemFull)
            deadline = Instant.Min(deadline, now.AddMicroseconds(PauseMicroseconds));
        if (deadline > now)
            Select(Math.Min(deadline - now, LongestWaitMicroseconds));
        _signal.EndWait();
        _stall = SendStall.None;
    }

    public void Wake()
    {
        if (!_signal.Raise())
            return;
        try
        {
            _waker.Send([1], SocketFlags.None, out _);
        }
        catch (ObjectDisposedException)
        {
            // The driver has ended: nobody is left to wake.
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _waker.Dispose();
        if (OperatingSystem.IsWindows())
            _timerResolution?.Dispose();
    }

    /// <summary>A socket that receives only what it sends itself: the portable way to interrupt a select.</summary>
    private static Socket OpenWaker()
    {
        IPAddress loopback = Socket.OSSupportsIPv4 ? IPAddress.Loopback : IPAddress.IPv6Loopback;
        var waker = new Socket(loopback.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        waker.Bind(new IPEndPoint(loopback, 0));
        waker.Connect(waker.LocalEndPoint!);
        waker.Blocking = false;
        return waker;
    }

    /// <summary>Asks first: an empty socket answers with an exception, which costs as much as ten questions.</summary>
    private bool TryReceive(Span<byte> buffer, out int length)
    {
        length = 0;
        try
        {
            if (!_socket.Poll(0, SelectMode.SelectRead))
                return false;
            length = _socket.ReceiveFrom(buffer, SocketFlags.None, _source);
            return true;
        }
        catch (SocketException)
        {
            // A bad checksum, or an ICMP error of an earlier send: nothing that concerns the socket itself.
            return false;
        }
    }

    private bool TryAddress(in PeerAddress peer)
    {
        if (peer == _destinationPeer)
            return true;
        if (!SocketAddresses.TryWrite(peer, _isIPv6, _destination.Buffer.Span))
            return false;
        _destinationPeer = peer;
        return true;
    }

    /// <returns>False when the datagram must be offered again.</returns>
    private bool TrySend(ReadOnlySpan<byte> datagram)
    {
        try
        {
            _socket.SendTo(datagram, SocketFlags.None, _destination);
            return true;
        }
        catch (SocketException e)
        {
            _stall = e.SocketErrorCode switch
            {
                SocketError.WouldBlock => SendStall.SocketFull,
                SocketError.NoBufferSpaceAvailable => SendStall.SystemFull,
                _ => SendStall.None,
            };
            return _stall == SendStall.None;
        }
    }

    private void Select(long microseconds)
    {
        _readable.Clear();
        _readable.Add(_socket);
        _readable.Add(_waker);
        _writable.Clear();
        if (_stall == SendStall.SocketFull)
            _writable.Add(_socket);
        long milliseconds = (microseconds + 999) / 1000;
        Socket.Select(_readable, _writable, null, (int)(milliseconds * 1000));
        if (_readable.Contains(_waker))
            DrainWaker();
    }

    private void DrainWaker()
    {
        Span<byte> discarded = stackalloc byte[8];
        while (_waker.Receive(discarded, SocketFlags.None, out _) > 0)
        {
        }
    }
}
