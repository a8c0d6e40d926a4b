namespace KcpTun.Fec;

/// <summary>
/// Which shapes of groups the packets of a peer leave possible. A sequence number alone tells the position of a packet
/// in groups of a given size (PROTOCOL b.2). So a data packet rules out that a group of that size has parity there, a
/// parity packet that it has data there, and what remains for each size is a range of data packets.
/// </summary>
internal sealed class ShapeEvidence
{
    /// <summary>
    /// A shape that so many packets have not contradicted is believed, even if others fit as well: losses that always
    /// hit the same position of groups would rule out recovery for ever. A wrong shape gets there only if the packets
    /// that contradict it, one in <see cref="ReedSolomon.MaxShards"/> at least, are lost 32 times in a row. This also
    /// bounds the work a peer can cause.
    /// </summary>
    public const int TrialLength = 32 * ReedSolomon.MaxShards;

    private const int SmallestGroup = 2;

    private readonly Candidate[] _candidates = new Candidate[ReedSolomon.MaxShards - SmallestGroup + 1];
    private int _observed;

    public ShapeEvidence()
    {
        for (int shards = SmallestGroup; shards <= ReedSolomon.MaxShards; shards++)
            _candidates[CandidateCount++] = new Candidate(shards, 1, shards - 1);
    }

    /// <summary>Sizes of groups that are still possible; <see cref="Observe"/> takes a step for each.</summary>
    public int CandidateCount { get; private set; }

    /// <summary>There is no more than one shape left, or the trial is over; further packets change nothing.</summary>
    public bool IsConclusive =>
        _observed >= TrialLength
        || CandidateCount == 0
        || (CandidateCount == 1 && _candidates[0].LeastData == _candidates[0].MostData);

    /// <summary>Rules out the shapes in which the packet would be of the other kind.</summary>
    public void Observe(bool isData, uint sequence)
    {
        if (IsConclusive)
            return;
        _observed++;
        for (int i = CandidateCount - 1; i >= 0; i--)
        {
            ref Candidate candidate = ref _candidates[i];
            int position = (int)(sequence % (uint)candidate.Shards);
            if (isData)
                candidate.LeastData = Math.Max(candidate.LeastData, position + 1);
            else
                candidate.MostData = Math.Min(candidate.MostData, position);
            if (candidate.LeastData > candidate.MostData)
                candidate = _candidates[--CandidateCount];
        }
    }

    /// <summary>
    /// Whether the packets of a group have their places in it by any shape still possible. Then they recover to the
    /// same, since a row of the code depends on the number of data packets and on its own index only (PROTOCOL b.3).
    /// </summary>
    /// <param name="dataShards">Data packets in the group.</param>
    /// <param name="firstSequence">Sequence number of its first packet.</param>
    /// <param name="extent">Positions up to the last packet to recover from: its own position plus 1.</param>
    public bool IsUnanimous(int dataShards, uint firstSequence, int extent)
    {
        if (IsConclusive)
            return true;
        foreach (Candidate candidate in _candidates.AsSpan(0, CandidateCount))
        {
            if (candidate.LeastData != dataShards
                || candidate.MostData != dataShards
                || firstSequence % (uint)candidate.Shards != 0
                || extent > candidate.Shards)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Groups of one size, and the numbers of data packets they may have.</summary>
    private record struct Candidate(int Shards, int LeastData, int MostData);
}
