using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using KcpTun.Primitives;

namespace KcpTun.IO.Linux;

/// <summary>
/// Receives with recvmmsg straight into a batch's buffer. With GRO each message has room for the largest one; memory
/// that nothing has arrived in is never touched and costs nothing.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class LinuxReceiver
{
    private const int MergedMessages = 16;
    private const int MergedMessageSize = 65536;
    private const int SingleMessages = 64;
    private const int NameStride = 32;

    private readonly IMessageCalls _calls;
    private readonly bool _isIPv6;
    private readonly int _messageSize;
    private readonly int _segmentsPerMessage;
    private readonly MMsgHdr[] _messages;
    private readonly IoVec[] _vectors;
    private readonly byte[] _names;
    private readonly byte[] _controls;

    public LinuxReceiver(IMessageCalls calls, bool isIPv6, bool isMerging)
    {
        int messages = isMerging ? MergedMessages : SingleMessages;
        _calls = calls;
        _isIPv6 = isIPv6;
        _messageSize = isMerging ? MergedMessageSize : DatagramBatch.SlotSize;
        _segmentsPerMessage = isMerging ? Gro.MaxSegments : 1;
        _messages = GC.AllocateArray<MMsgHdr>(messages, pinned: true);
        _vectors = GC.AllocateArray<IoVec>(messages, pinned: true);
        _names = GC.AllocateArray<byte>(messages * NameStride, pinned: true);
        _controls = GC.AllocateArray<byte>(messages * Gro.ControlSize, pinned: true);
        for (int i = 0; i < messages; i++)
        {
            ref MsgHdr header = ref _messages[i].Header;
            header.Name = Pinned(_names, i * NameStride);
            header.Vectors = (IoVec*)Unsafe.AsPointer(ref _vectors[i]);
            header.VectorCount = 1;
            header.Control = Pinned(_controls, i * Gro.ControlSize);
        }
    }

    /// <summary>Messages of several datagrams that have come.</summary>
    public long MergedCount { get; private set; }

    /// <summary>Datagrams in those.</summary>
    public long MergedDatagrams { get; private set; }

    /// <summary>Room for every datagram that one call can bring.</summary>
    public DatagramBatch CreateBatch() =>
        new(_messages.Length * _segmentsPerMessage, _messages.Length * _messageSize);

    /// <returns>Datagrams received.</returns>
    /// <exception cref="SocketException">The socket is unusable.</exception>
    public int Receive(DatagramBatch batch)
    {
        batch.Clear();
        int wanted = Prepare(batch);
        int received;
        int error;
        do
        {
            received = _calls.Receive((MMsgHdr*)Unsafe.AsPointer(ref _messages[0]), wanted, out error);
        }
        while (error == ErrorNumber.Interrupted);

        if (ErrorNumber.IsFatal(error))
            throw ErrorNumber.ToException(error);
        for (int i = 0; i < received; i++)
            Deliver(batch, i);
        return batch.Count;
    }

    /// <summary>A batch made elsewhere may have less room than ours: then fewer messages are asked for.</summary>
    private int Prepare(DatagramBatch batch)
    {
        int room = Math.Min(batch.Buffer.Length / _messageSize, batch.Capacity / _segmentsPerMessage);
        int count = Math.Min(_messages.Length, room);
        ArgumentOutOfRangeException.ThrowIfZero(count, nameof(batch));
        for (int i = 0; i < count; i++)
        {
            ref MsgHdr header = ref _messages[i].Header;
            header.NameLength = NameStride;
            header.ControlLength = Gro.ControlSize;
            header.Flags = 0;
            _vectors[i].Base = Pinned(batch.Buffer, i * _messageSize);
            _vectors[i].Length = (nuint)_messageSize;
        }

        return count;
    }

    private void Deliver(DatagramBatch batch, int index)
    {
        ref MMsgHdr message = ref _messages[index];
        PeerAddress peer = SocketAddresses.Read(_names.AsSpan(index * NameStride, NameStride), _isIPv6);
        var control = new ReadOnlySpan<byte>(message.Header.Control, (int)message.Header.ControlLength);
        int segmentSize = Gro.SegmentSize(control);
        var slice = new Slice(index * _messageSize, (int)message.Length);
        int datagrams = Gro.Split(batch, slice, segmentSize, peer);
        if (datagrams > 1)
        {
            MergedCount++;
            MergedDatagrams += datagrams;
        }
    }

    private static byte* Pinned(byte[] array, int offset) =>
        (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array)) + offset;
}
