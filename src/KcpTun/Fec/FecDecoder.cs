using KcpTun.Primitives;

namespace KcpTun.Fec;

/// <summary>
/// The receiving side of forward error correction (PROTOCOL b.4): keeps the packets of the latest groups and rebuilds
/// what got lost as soon as a group holds enough. It learns the size of the peer's groups from the packets.
/// </summary>
/// <remarks>
/// The caller hands the KCP packet of a data packet to KCP itself, before it calls <see cref="Decode"/>. Memory is
/// bounded by <see cref="MaxOpenGroups"/> groups and by the budget of the pool.
/// </remarks>
public sealed partial class FecDecoder
{
    /// <summary>A group this far behind the newest one is given up (PROTOCOL b.4, step 8).</summary>
    internal const int GroupsKeptBehindNewest = 3;

    /// <summary>
    /// The newest group, those behind it, and the one a packet arrives for before it turns out to be too old: starts of
    /// groups are at least one group apart, also across the wrap, so there are never more.
    /// </summary>
    internal const int MaxOpenGroups = GroupsKeptBehindNewest + 2;

    /// <summary>A detected shape is believed up to this many shards (PROTOCOL b.4, step 4).</summary>
    private const int MaxDetectedShards = ReedSolomon.MaxShards - 1;

    private readonly SnmpCounters _counters;
    private readonly PacketPool _pool;
    private readonly ShardPeriodDetector _detector = new();
    private readonly FecGroup[] _groups = new FecGroup[MaxOpenGroups];

    // Until the shape is certain.
    private ShapeEvidence? _evidence;
    private uint _sequenceLimit;
    private uint _newestGroup;

    /// <summary>Starts with the shape that the own end is configured with, as the peer usually has the same.</summary>
    /// <param name="dataShards">Data packets in a group.</param>
    /// <param name="parityShards">Parity packets for a group.</param>
    /// <param name="counters">Receives the FEC counters.</param>
    /// <param name="pool">Memory for stored packets; <see cref="Release"/> gives it back.</param>
    /// <param name="trust">What it takes to recover by that shape. differs: the reference trusts blindly, so a peer
    /// with another shape corrupts the stream when its first packets are lost or reordered.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is not positive, or there are more than 256 shards.
    /// </exception>
    public FecDecoder(
        int dataShards,
        int parityShards,
        SnmpCounters counters,
        PacketPool pool,
        FecTrust trust = FecTrust.Evidence)
    {
        ReedSolomon.ThrowIfInvalid(dataShards, parityShards);
        _counters = counters;
        _pool = pool;
        for (int i = 0; i < _groups.Length; i++)
            _groups[i] = new FecGroup();
        Adopt(dataShards, parityShards);
        if (trust == FecTrust.Evidence)
            _evidence = new ShapeEvidence();
    }

    /// <summary>Starts without a shape: nothing is recovered before one has been found.</summary>
    /// <param name="counters">Receives the FEC counters.</param>
    /// <param name="pool">Memory for stored packets; <see cref="Release"/> gives it back.</param>
    public FecDecoder(SnmpCounters counters, PacketPool pool)
        : this(1, 1, counters, pool, FecTrust.Blind)
    {
        IsTuning = true;
    }

    /// <summary>Data packets in a group of the peer, as far as known; 1 when nothing is.</summary>
    public int DataShards { get; private set; }

    /// <summary>Parity packets for a group of the peer, as far as known; 1 when nothing is.</summary>
    public int ParityShards { get; private set; }

    /// <summary>
    /// There is no shape of groups that fits the packets, and the true one has not been found yet. Nothing is recovered
    /// meanwhile; a gap or a repetition among the latest 258 packets prolongs it (PROTOCOL b.5).
    /// </summary>
    public bool IsTuning { get; private set; }

    /// <summary>The shape is certain, or trusted blindly; nothing is held back for lack of evidence.</summary>
    public bool IsConfirmed => !IsTuning && _evidence is null;

    /// <summary>KCP packets that the last <see cref="Decode"/> recovered.</summary>
    public int RecoveredCount { get; private set; }

    /// <summary>Takes one FEC packet and recovers what it makes recoverable.</summary>
    /// <param name="packet">A data or parity packet from its FEC header on. Anything else, and a packet longer than
    /// <see cref="FecHeader.MaxPacketLength"/>, is dropped and counted in <see cref="SnmpCounters.FecErrs"/>.</param>
    /// <returns><see cref="RecoveredCount"/>.</returns>
    public int Decode(ReadOnlySpan<byte> packet)
    {
        RecoveredCount = 0;
        _rebuiltCount = 0;
        if (!IsAcceptable(packet))
        {
            _counters.FecErrs++;
            return 0;
        }

        bool isData = FecHeader.ReadType(packet) == FecHeader.DataType;
        uint sequence = FecHeader.ReadSequence(packet);
        _detector.Add(isData, sequence);
        if (sequence >= _sequenceLimit)
            return 0;
        (uint group, uint position) = Math.DivRem(sequence, GroupSize);
        if (position < DataShards != isData)
            IsTuning = true;
        if (IsTuning)
        {
            Tune();
            return 0;
        }

        _evidence?.Observe(isData, sequence);
        Add(group, (int)position, packet[FecHeader.RegionOffset..]);
        return RecoveredCount;
    }

    /// <summary>
    /// A recovered KCP packet, group by group in the order of the packets lost. The bytes are valid until the next call
    /// of <see cref="Decode"/> or <see cref="Release"/>.
    /// </summary>
    /// <param name="index">From 0 to less than <see cref="RecoveredCount"/>.</param>
    public ReadOnlySpan<byte> Recovered(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, RecoveredCount);
        return _rebuilt.AsSpan(_recovered[index].Offset, _recovered[index].Length);
    }

    /// <summary>Gives all packet memory back to the pool. The decoder can go on afterwards, without what it had stored.
    /// </summary>
    public void Release()
    {
        foreach (FecGroup group in _groups)
            group.Close(_pool);
        RecoveredCount = 0;
        _rebuilt = [];
    }

    private uint GroupSize => (uint)(DataShards + ParityShards);

    private static bool IsAcceptable(ReadOnlySpan<byte> packet) =>
        packet.Length is >= FecHeader.Length and <= FecHeader.MaxPacketLength
        && FecHeader.ReadType(packet) is FecHeader.DataType or FecHeader.ParityType;

    private void Tune()
    {
        (int data, int parity) = _detector.Detect();
        if (data <= 0 || parity <= 0 || data + parity > MaxDetectedShards)
            return;
        if (data != DataShards || parity != ParityShards)
            Adopt(data, parity);
        IsTuning = false;
        _evidence = null;
    }

    /// <summary>Starts over with another shape. The newest group keeps its number, as in the reference.</summary>
    private void Adopt(int dataShards, int parityShards)
    {
        foreach (FecGroup group in _groups)
            group.Close(_pool);
        DataShards = dataShards;
        ParityShards = parityShards;
        _sequenceLimit = FecHeader.SequenceLimit(dataShards + parityShards);
        _code = null;
    }
}
