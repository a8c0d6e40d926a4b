using System.Buffers.Binary;
using System.Runtime.InteropServices;
using KcpTun.Fec;
using KcpTun.Kcp;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Metrics;

/// <summary>
/// What the bytes on the wire were for. Knows what no end of the tunnel can know: which transmissions of a segment
/// arrived, and so which retransmissions were needless.
/// </summary>
internal sealed class WireAccounts(int envelopeBytes)
{
    /// <summary>IPv4 and UDP headers of a datagram, bytes.</summary>
    public const int IpUdpHeader = 28;

    private readonly List<Transmission> _transmissions = [];
    private readonly Dictionary<(PathDirection, uint), SegmentHistory> _conversations = [];

    public long Datagrams { get; private set; }

    public long Bytes { get; private set; }

    public long PayloadBytes { get; private set; }

    public long HeaderBytes { get; private set; }

    public long ParityBytes { get; private set; }

    public long ParityPackets { get; private set; }

    public long RetransmittedBytes { get; private set; }

    public long AckBytes { get; private set; }

    /// <summary>Of connections that do without the tunnel.</summary>
    public long TcpBytes { get; private set; }

    /// <summary>Segments sent again although an earlier transmission arrived.</summary>
    public long Spurious { get; private set; }

    /// <summary>Data segments that arrived more than once, by their own transmissions.</summary>
    public long Repeated { get; private set; }

    /// <summary>Takes the bytes retransmitted since the last call.</summary>
    public long TakeRetransmitted()
    {
        long bytes = _recentlyRetransmitted;
        _recentlyRetransmitted = 0;
        return bytes;
    }

    private long _recentlyRetransmitted;

    /// <summary>A datagram enters the path.</summary>
    /// <param name="length">UDP payload, bytes.</param>
    /// <param name="packet">Its content without the envelope; empty when it is none of the tunnel's.</param>
    /// <returns>What <see cref="OnDelivered"/> needs to know it again.</returns>
    public PacketTruth OnSent(PathDirection direction, int length, ReadOnlySpan<byte> packet)
    {
        Datagrams++;
        int total = length + IpUdpHeader;
        Bytes += total;
        int overhead = IpUdpHeader + envelopeBytes;
        if (FecHeader.IsFec(packet))
        {
            if (FecHeader.ReadType(packet) != FecHeader.DataType)
            {
                ParityPackets++;
                ParityBytes += total;
                return default;
            }

            packet = packet[FecHeader.Length..];
            overhead += FecHeader.Length;
        }

        return OnSegments(direction, packet, total, overhead);
    }

    /// <summary>A segment of plain TCP enters the path.</summary>
    /// <param name="length">Without IP header and the first eight bytes of its own.</param>
    public PacketTruth OnTcpSent(int length)
    {
        Datagrams++;
        Bytes += length + IpUdpHeader;
        TcpBytes += length + IpUdpHeader;
        return default;
    }

    /// <summary>A datagram, or a copy of it, arrives unchanged.</summary>
    public void OnDelivered(PathDirection direction, PacketTruth truth)
    {
        for (int i = truth.First; i < truth.First + truth.Count; i++)
        {
            Transmission transmission = _transmissions[i];
            transmission.History.OnDelivered(transmission.Sequence, transmission.Attempt, this);
        }
    }

    private PacketTruth OnSegments(PathDirection direction, ReadOnlySpan<byte> packet, int total, int overhead)
    {
        int first = _transmissions.Count;
        int again = 0;
        int acks = 0;
        int fresh = 0;
        int payload = 0;
        while (packet.Length >= KcpHeader.Length)
        {
            KcpHeader header = KcpHeader.Read(packet);
            if (header.PayloadLength > packet.Length - KcpHeader.Length)
                break;
            int size = KcpHeader.Length + (int)header.PayloadLength;
            if (header.Command != KcpHeader.Push)
                acks += size;
            else if (Track(direction, header))
                again += size;
            else
                (fresh, payload) = (fresh + KcpHeader.Length, payload + (int)header.PayloadLength);
            packet = packet[size..];
        }

        // The datagram's own headers belong to the noblest thing it carries.
        int rest = total - again - acks - fresh - payload;
        PayloadBytes += payload;
        HeaderBytes += fresh + (payload > 0 ? rest : 0);
        again += payload == 0 && again > 0 ? rest : 0;
        AckBytes += acks + (payload == 0 && again == 0 ? rest : 0);
        RetransmittedBytes += again;
        _recentlyRetransmitted += again;
        return new PacketTruth(first, _transmissions.Count - first);
    }

    /// <returns>Whether the segment has been sent before.</returns>
    private bool Track(PathDirection direction, in KcpHeader header)
    {
        ref SegmentHistory? history = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _conversations, (direction, header.Conversation), out _);
        history ??= new SegmentHistory();
        int attempt = history.OnSent(header.SequenceNumber, this);
        _transmissions.Add(new Transmission(history, header.SequenceNumber, attempt));
        return attempt > 0;
    }

    private readonly record struct Transmission(SegmentHistory History, uint Sequence, int Attempt);

    /// <summary>All transmissions of one direction of one conversation.</summary>
    private sealed class SegmentHistory
    {
        private const int NeverDelivered = int.MaxValue;

        private readonly List<(int Sent, int FirstDelivered)> _segments = [];

        public int OnSent(uint sequence, WireAccounts accounts)
        {
            // Conversations start at 0; a hostile sequence number must not make us allocate.
            if (sequence > _segments.Count)
                return 0;
            if (sequence == _segments.Count)
                _segments.Add((0, NeverDelivered));
            ref (int Sent, int FirstDelivered) segment = ref CollectionsMarshal.AsSpan(_segments)[(int)sequence];
            if (segment.FirstDelivered < segment.Sent)
                accounts.Spurious++;
            return segment.Sent++;
        }

        public void OnDelivered(uint sequence, int attempt, WireAccounts accounts)
        {
            if (sequence >= _segments.Count)
                return;
            ref (int Sent, int FirstDelivered) segment = ref CollectionsMarshal.AsSpan(_segments)[(int)sequence];
            if (segment.FirstDelivered != NeverDelivered)
                accounts.Repeated++;
            if (attempt >= segment.FirstDelivered)
                return;
            // Everything sent between this attempt and the first known to arrive turns out to be needless.
            int last = Math.Min(segment.FirstDelivered, segment.Sent - 1);
            accounts.Spurious += last - attempt;
            segment.FirstDelivered = attempt;
        }
    }
}

/// <summary>Which transmissions a datagram carries.</summary>
/// <param name="First">Index of the first.</param>
/// <param name="Count">How many; 0 for parity and acknowledgements.</param>
public readonly record struct PacketTruth(int First, int Count);
