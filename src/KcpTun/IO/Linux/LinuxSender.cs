using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using KcpTun.Primitives;

namespace KcpTun.IO.Linux;

/// <summary>
/// Sends a batch with sendmmsg, datagrams that belong together as one message with GSO. Nothing is copied: the
/// vectors point at the datagrams where they lie.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class LinuxSender
{
    private const int MaxMessages = 64;
    private const int MaxVectors = 1024;
    private const int NameStride = 32;
    private const int ControlSize = 24;
    private const int ControlHeaderSize = 16;

    private readonly IMessageCalls _calls;
    private readonly Gso _gso;
    private readonly bool _isIPv6;
    private readonly MMsgHdr[] _messages = GC.AllocateArray<MMsgHdr>(MaxMessages, pinned: true);
    private readonly IoVec[] _vectors = GC.AllocateArray<IoVec>(MaxVectors, pinned: true);
    private readonly byte[] _names = GC.AllocateArray<byte>(MaxMessages * NameStride, pinned: true);
    private readonly byte[] _controls = GC.AllocateArray<byte>(MaxMessages * ControlSize, pinned: true);

    // Datagrams before this index go out one by one: the kernel has refused them as one message.
    private int _singlesEnd;

    public LinuxSender(IMessageCalls calls, Gso gso, bool isIPv6)
    {
        _calls = calls;
        _gso = gso;
        _isIPv6 = isIPv6;
        short family = (short)(isIPv6 ? LibC.AddressFamilyIPv6 : LibC.AddressFamilyIPv4);
        uint nameLength = (uint)(isIPv6 ? SocketAddresses.IPv6Size : SocketAddresses.IPv4Size);
        for (int i = 0; i < MaxMessages; i++)
        {
            MemoryMarshal.Write(_names.AsSpan(i * NameStride), family);
            var control = new CMsgHdr
            {
                Length = ControlHeaderSize + sizeof(ushort),
                Level = Gso.Level,
                Type = Gso.Option,
            };
            MemoryMarshal.Write(_controls.AsSpan(i * ControlSize), control);
            ref MsgHdr header = ref _messages[i].Header;
            header.Name = (byte*)Unsafe.AsPointer(ref _names[i * NameStride]);
            header.NameLength = nameLength;
            header.Control = (byte*)Unsafe.AsPointer(ref _controls[i * ControlSize]);
        }
    }

    /// <summary>Why the last <see cref="Send"/> was cut short.</summary>
    public SendStall Stall { get; private set; }

    /// <summary>Datagrams given up because nothing can be sent to their peer.</summary>
    public long Undeliverable { get; private set; }

    /// <returns>Datagrams that need no second try.</returns>
    /// <exception cref="SocketException">The socket is unusable.</exception>
    public int Send(DatagramBatch batch, int start)
    {
        Stall = SendStall.None;
        _singlesEnd = start;
        int next = start;
        while (next < batch.Count && Stall == SendStall.None)
        {
            int messages = Assemble(batch, next);
            if (messages == 0)
                next += GiveUp(1);
            else
                next += Transmit(messages, next);
        }

        return next - start;
    }

    /// <summary>Lays out messages for the datagrams from <paramref name="next"/> on.</summary>
    /// <returns>How many messages; 0 when nothing can be sent to the first datagram's peer.</returns>
    private int Assemble(DatagramBatch batch, int next)
    {
        int messages = 0;
        int vectors = 0;
        while (messages < MaxMessages && vectors < MaxVectors && next < batch.Count)
        {
            if (!SocketAddresses.TryWrite(batch.Peers[next], _isIPv6, _names.AsSpan(messages * NameStride, NameStride)))
                break;
            bool mayMerge = _gso.IsEnabled && next >= _singlesEnd;
            int run = mayMerge ? Gso.RunLength(batch, next, MaxVectors - vectors) : 1;
            ref MsgHdr header = ref _messages[messages].Header;
            header.Vectors = (IoVec*)Unsafe.AsPointer(ref _vectors[vectors]);
            header.VectorCount = (nuint)run;
            header.ControlLength = run > 1 ? ControlSize : 0u;
            if (run > 1)
            {
                ushort size = (ushort)batch.Slices[next].Length;
                MemoryMarshal.Write(_controls.AsSpan((messages * ControlSize) + ControlHeaderSize), size);
            }

            PointVectors(batch, next, vectors, run);
            messages++;
            vectors += run;
            next += run;
        }

        return messages;
    }

    private void PointVectors(DatagramBatch batch, int datagram, int vector, int count)
    {
        byte* origin = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(batch.Buffer));
        ReadOnlySpan<Slice> slices = batch.Slices.Slice(datagram, count);
        Span<IoVec> vectors = _vectors.AsSpan(vector, count);
        for (int i = 0; i < slices.Length; i++)
        {
            vectors[i].Base = origin + slices[i].Offset;
            vectors[i].Length = (nuint)slices[i].Length;
        }
    }

    /// <returns>Datagrams sent or given up.</returns>
    private int Transmit(int messages, int next)
    {
        int sent = _calls.Send((MMsgHdr*)Unsafe.AsPointer(ref _messages[0]), messages, out int error);
        if (sent < 0)
            return Fail(error, next);
        int datagrams = 0;
        for (int i = 0; i < sent; i++)
        {
            int run = (int)_messages[i].Header.VectorCount;
            if (run > 1)
                _gso.CountAccepted(run);
            datagrams += run;
        }

        return datagrams;
    }

    /// <summary>Decides what becomes of the first message, which the kernel did not take.</summary>
    /// <returns>Datagrams given up.</returns>
    private int Fail(int error, int next)
    {
        int run = (int)_messages[0].Header.VectorCount;
        switch (error)
        {
            case ErrorNumber.Interrupted:
                return 0;
            case ErrorNumber.WouldBlock:
                Stall = SendStall.SocketFull;
                return 0;
            case ErrorNumber.NoBuffers or ErrorNumber.OutOfMemory:
                Stall = SendStall.SystemFull;
                return 0;
        }

        if (ErrorNumber.IsFatal(error))
            throw ErrorNumber.ToException(error);
        if (run > 1 && Gso.IsRefusal(error))
        {
            _gso.CountRefused(error);
            _singlesEnd = next + run;
            return 0;
        }

        // Unreachable, forbidden by a packet filter, too long for the path: the next datagram may fare better.
        return GiveUp(run);
    }

    private int GiveUp(int datagrams)
    {
        Undeliverable += datagrams;
        return datagrams;
    }
}
