using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using KcpTun.Primitives;

namespace KcpTun.IO.Linux;

/// <summary>Kernel offloads a channel may use when the kernel has them.</summary>
[Flags]
public enum DatagramOffloads
{
    None = 0,

    /// <summary>Send several datagrams as one message.</summary>
    Segmentation = 1,

    /// <summary>Receive several datagrams as one message.</summary>
    Receive = 2,

    All = Segmentation | Receive,
}

/// <summary>
/// A UDP socket driven with recvmmsg, sendmmsg and ppoll: batches cross into the kernel with one call, datagrams that
/// belong together pass its stack as one message, and waits end at the deadline to within the scheduler's latency.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed unsafe class LinuxDatagramChannel : IDatagramChannel
{
    private const long PauseMicroseconds = 1000;

    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly EventHandle _event;
    private WakeSignal _signal;
    private SendStall _stall;
    private bool _isDisposed;

    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public LinuxDatagramChannel(
        IPEndPoint local, DatagramSocketOptions options, DatagramOffloads offloads = DatagramOffloads.All)
        : this(local, options, offloads, descriptor => new MessageCalls(descriptor))
    {
    }

    internal LinuxDatagramChannel(
        IPEndPoint local, DatagramSocketOptions options, DatagramOffloads offloads, Func<int, IMessageCalls> connect)
        : this(DatagramSocket.Open(local, options), offloads, connect)
    {
    }

    /// <param name="socket">Bound, with its settings applied; it belongs to the channel from now on.</param>
    internal LinuxDatagramChannel(Socket socket)
        : this(socket, DatagramOffloads.All, descriptor => new MessageCalls(descriptor))
    {
    }

    private LinuxDatagramChannel(Socket socket, DatagramOffloads offloads, Func<int, IMessageCalls> connect)
    {
        _socket = socket;
        _descriptor = (int)_socket.SafeHandle.DangerousGetHandle();
        Local = PeerAddress.From((IPEndPoint)_socket.LocalEndPoint!);
        bool isIPv6 = _socket.AddressFamily == AddressFamily.InterNetworkV6;
        IMessageCalls calls = connect(_descriptor);
        Gso = new Gso(offloads.HasFlag(DatagramOffloads.Segmentation) && Gso.IsSupported(_socket));
        Sender = new LinuxSender(calls, Gso, isIPv6);
        bool isMerging = offloads.HasFlag(DatagramOffloads.Receive) && Gro.TryEnable(_socket);
        Receiver = new LinuxReceiver(calls, isIPv6, isMerging);
        _event = new EventHandle();
    }

    public PeerAddress Local { get; }

    internal Socket Socket => _socket;

    internal Gso Gso { get; }

    internal LinuxSender Sender { get; }

    internal LinuxReceiver Receiver { get; }

    public DatagramBatch CreateReceiveBatch() => Receiver.CreateBatch();

    public int ReceiveBatch(DatagramBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return Receiver.Receive(batch);
    }

    public int SendBatch(DatagramBatch batch, int start)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        int sent = Sender.Send(batch, start);
        _stall = Sender.Stall;
        return sent;
    }

    /// <remarks>
    /// New batches would not do: what the collector has used before it clears itself, and memory that is cleared is in
    /// use. Whole pages within the buffer are nobody else's, and pinned.
    /// </remarks>
    public void ReleaseMemory(DatagramBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        nuint page = (nuint)Environment.SystemPageSize;
        byte* start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(batch.Buffer));
        nuint first = ((nuint)start + page - 1) & ~(page - 1);
        nuint end = ((nuint)start + (nuint)batch.Buffer.Length) & ~(page - 1);
        batch.Clear();
        if (end > first)
            _ = LibC.Advise((void*)first, end - first, LibC.AdviceDoNotNeed);
    }

    public void Wait(IClock clock, Instant deadline)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_signal.TryBeginWait())
            return;
        if (_stall == SendStall.SystemFull)
            deadline = Instant.Min(deadline, clock.Now.AddMicroseconds(PauseMicroseconds));
        bool isEventReadable = Poll(clock, deadline);
        _signal.EndWait();
        _stall = SendStall.None;
        if (isEventReadable)
            _event.Clear();
    }

    public void Wake()
    {
        if (_signal.Raise())
            _event.Signal();
    }

    public void Dispose()
    {
        _isDisposed = true;
        _socket.Dispose();
        _event.Dispose();
    }

    /// <returns>Whether a wake has made the event readable.</returns>
    private bool Poll(IClock clock, Instant deadline)
    {
        short wanted = LibC.PollIn;
        if (_stall == SendStall.SocketFull)
            wanted |= LibC.PollOut;
        PollFd* descriptors = stackalloc PollFd[2];
        descriptors[0] = new PollFd { Descriptor = _descriptor, Events = wanted };
        descriptors[1] = new PollFd { Descriptor = _event.Descriptor, Events = LibC.PollIn };
        int ready;
        do
        {
            TimeSpec timeout = default;
            if (deadline != Instant.Never)
            {
                long microseconds = deadline - clock.Now;
                if (microseconds <= 0)
                    return false;
                (timeout.Seconds, long rest) = Math.DivRem(microseconds, 1_000_000);
                timeout.Nanoseconds = rest * 1000;
            }

            ready = LibC.Poll(descriptors, 2, deadline == Instant.Never ? null : &timeout, null);
        }
        while (ready < 0 && Marshal.GetLastPInvokeError() == ErrorNumber.Interrupted);

        return ready > 0 && descriptors[1].Returned != 0;
    }
}
