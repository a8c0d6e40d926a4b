using System.Buffers.Binary;
using KcpTun.Primitives;

namespace KcpTun.Fec;

/// <summary>
/// The sending side of forward error correction (PROTOCOL b.2): numbers outgoing packets and makes parity packets for
/// every group of data packets. It keeps no packets: each one is added to the parities as it passes, and the zeros that
/// pad short packets add nothing. A group waits for its packets for ever; no timer closes it early.
/// </summary>
public sealed class FecEncoder
{
    /// <summary>With a pause this long before a group's last packet, parity would come too late to be of use.</summary>
    private const long ParityGapLimitMilliseconds = 500;

    private readonly ReedSolomon _code;
    private readonly FecDialect _dialect;
    private readonly uint _sequenceLimit;
    private readonly int _maxPacketLength;
    private readonly int _stride;
    private readonly byte[] _parities;
    private int _packetsInGroup;
    private int _parityLength;
    private uint _firstParitySequence;
    private int _parityDue;
    private long? _previousMilliseconds;

    /// <param name="dataShards">Data packets in a group, 1 or more.</param>
    /// <param name="parityShards">Parity packets for a group, 1 or more.</param>
    /// <param name="maxPacketLength">Bytes of the largest FEC packet, header included; at most
    /// <see cref="FecHeader.MaxPacketLength"/>.</param>
    /// <param name="dialect">Whose rule decides when a group gets parity.</param>
    /// <param name="firstSequence">Sequence number of the first packet: the start of a group.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range, or there are more than 256
    /// shards.</exception>
    public FecEncoder(
        int dataShards,
        int parityShards,
        int maxPacketLength,
        FecDialect dialect = FecDialect.Release2026,
        uint firstSequence = 0)
    {
        _code = new ReedSolomon(dataShards, parityShards);
        _sequenceLimit = FecHeader.SequenceLimit(dataShards + parityShards);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPacketLength, FecHeader.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxPacketLength, FecHeader.MaxPacketLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(firstSequence, _sequenceLimit);
        ArgumentOutOfRangeException.ThrowIfNotEqual(
            firstSequence % (uint)(dataShards + parityShards), 0u, nameof(firstSequence));
        _dialect = dialect;
        _maxPacketLength = maxPacketLength;
        _stride = maxPacketLength - FecHeader.RegionOffset;
        _parities = new byte[parityShards * _stride];
        NextSequence = firstSequence;
    }

    public int DataShards => _code.DataShards;

    public int ParityShards => _code.ParityShards;

    /// <summary>Sequence number of the next packet.</summary>
    internal uint NextSequence { get; private set; }

    /// <summary>Makes a KCP packet a FEC data packet, in place.</summary>
    /// <param name="packet"><see cref="FecHeader.Length"/> bytes of room for the header, then one KCP packet.</param>
    /// <param name="now">When it is sent.</param>
    /// <returns>Parity packets to send right after it: none, or all of them when it completes a group.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The packet is shorter than a header or longer than the maximum.
    /// </exception>
    public int Encode(Span<byte> packet, Instant now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(packet.Length, FecHeader.Length, nameof(packet));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(packet.Length, _maxPacketLength, nameof(packet));
        FecHeader.Write(packet, TakeSequences(1), FecHeader.DataType);
        Span<byte> region = packet[FecHeader.RegionOffset..];
        BinaryPrimitives.WriteUInt16LittleEndian(region, (ushort)region.Length);
        if (_packetsInGroup == 0)
            BeginGroup();
        _parityLength = Math.Max(_parityLength, region.Length);
        _code.Accumulate(_packetsInGroup, region, _parities, _stride);
        bool deservesParity = DeservesParity(now);
        _parityDue = 0;
        if (++_packetsInGroup < DataShards)
            return 0;
        _packetsInGroup = 0;
        // The numbers are spent even when the parity is not sent: groups stay aligned to multiples of their size.
        _firstParitySequence = TakeSequences((uint)ParityShards);
        _parityDue = deservesParity ? ParityShards : 0;
        return _parityDue;
    }

    /// <summary>Writes a parity packet of the group that the last <see cref="Encode"/> completed.</summary>
    /// <param name="index">Which one, from 0 to less than what <see cref="Encode"/> returned.</param>
    /// <param name="destination">Room for the longest packet.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such parity packet.</exception>
    public int WriteParity(int index, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _parityDue);
        FecHeader.Write(destination, _firstParitySequence + (uint)index, FecHeader.ParityType);
        _parities.AsSpan(index * _stride, _parityLength).CopyTo(destination[FecHeader.RegionOffset..]);
        return FecHeader.RegionOffset + _parityLength;
    }

    private void BeginGroup()
    {
        for (int k = 0; k < ParityShards; k++)
            _parities.AsSpan(k * _stride, _parityLength).Clear();
        _parityLength = 0;
    }

    private bool DeservesParity(Instant now)
    {
        long milliseconds = now.Microseconds / 1000;
        // The very first packet has no predecessor, which counts as a long pause: it matters when D is 1.
        bool isPrompt = _previousMilliseconds is { } previous && milliseconds - previous < ParityGapLimitMilliseconds;
        _previousMilliseconds = milliseconds;
        return isPrompt || _dialect == FecDialect.Release2021;
    }

    private uint TakeSequences(uint count)
    {
        uint first = NextSequence;
        // A group ends at the limit at the latest, so the sum neither passes it nor overflows.
        NextSequence += count;
        if (NextSequence == _sequenceLimit)
            NextSequence = 0;
        return first;
    }
}
