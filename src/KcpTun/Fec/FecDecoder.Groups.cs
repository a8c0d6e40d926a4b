using System.Buffers.Binary;
using KcpTun.Primitives;

namespace KcpTun.Fec;

/// <content>The groups being collected, and what is done with a group that holds enough.</content>
public sealed partial class FecDecoder
{
    /// <summary>Bytes from one rebuilt region to the next; the longest region is 1494.</summary>
    private const int RebuiltStride = 1536;

    // Made at the first loss: many connections never need one, and a peer that keeps changing its shape makes no work.
    private ReedSolomon? _code;
    private byte[] _rebuilt = [];
    private int _rebuiltCount;
    private Slice[] _recovered = [];

    private void Add(uint id, int position, ReadOnlySpan<byte> region)
    {
        FecGroup group = FindOrOpen(id);
        if (group.Contains(position))
            return;
        if (position >= DataShards)
            _counters.FecParityShards++;
        if (!group.TryStore(position, region, _pool))
            _counters.FecErrs++;
        if (_evidence is not null)
            CompleteByEvidence(_evidence);
        else if (group.Count >= DataShards)
            Complete(group);
        MoveWindow(id);
    }

    private FecGroup FindOrOpen(uint id)
    {
        FecGroup? free = null;
        foreach (FecGroup group in _groups)
        {
            if (!group.IsOpen)
                free = group;
            else if (group.Id == id)
                return group;
        }

        // MaxOpenGroups says why there is one.
        free!.Open(id, DataShards + ParityShards);
        return free;
    }

    /// <summary>
    /// Completes the groups for which it is certain what they recover to, also those that had to wait for evidence. The
    /// others keep their packets.
    /// </summary>
    private void CompleteByEvidence(ShapeEvidence evidence)
    {
        foreach (FecGroup group in _groups)
        {
            if (group.Count < DataShards)
                continue;
            // Without a loss there is nothing to recover, so nothing that could go wrong.
            if (group.CountMissing(DataShards) == 0
                || evidence.IsUnanimous(DataShards, FirstSequence(group.Id), group.Extent))
            {
                Complete(group);
            }
        }

        if (evidence.IsConclusive)
            _evidence = null;
    }

    /// <summary>
    /// The group holds at least as many packets as it has data packets: rebuild the data packets that are missing. What
    /// is stored is forgotten, so that late parity packets may fill the group again (PROTOCOL b.4, step 7).
    /// </summary>
    private void Complete(FecGroup group)
    {
        int missing = group.CountMissing(DataShards);
        if (missing == 0)
            _counters.FecFullShardSet++;
        else
            Recover(group, missing);
        group.Clear(_pool);
    }

    private void Recover(FecGroup group, int missing)
    {
        int first = _rebuiltCount;
        _rebuiltCount += missing;
        if (_recovered.Length < _rebuiltCount)
            Array.Resize(ref _recovered, _rebuiltCount);
        if (_rebuilt.Length < _rebuiltCount * RebuiltStride)
            Array.Resize(ref _rebuilt, _rebuiltCount * RebuiltStride);
        _code ??= new ReedSolomon(DataShards, ParityShards);
        Span<byte> rebuilt = _rebuilt.AsSpan(first * RebuiltStride);
        if (!_code.TryReconstruct(group.Regions, group.LongestRegion, rebuilt, RebuiltStride))
        {
            _counters.FecErrs++;
            return;
        }

        _counters.FecRecovered += missing;
        for (int i = first; i < _rebuiltCount; i++)
            AcceptRebuilt(i * RebuiltStride, group.LongestRegion);
    }

    /// <summary>Takes the KCP packet out of a rebuilt region, unless its size field makes no sense.</summary>
    private void AcceptRebuilt(int offset, int length)
    {
        int size = BinaryPrimitives.ReadUInt16LittleEndian(_rebuilt.AsSpan(offset));
        if (size < FecHeader.SizeLength || size > length)
        {
            // differs: the newer release drops it without counting, the older one counts it here.
            _counters.FecErrs++;
            return;
        }

        _recovered[RecoveredCount++] = new Slice(offset + FecHeader.SizeLength, size - FecHeader.SizeLength);
    }

    /// <summary>Moves on to a newer group, and gives up those that are too far behind.</summary>
    private void MoveWindow(uint id)
    {
        if (SequenceNumber.Difference(FirstSequence(id), FirstSequence(_newestGroup)) > 0)
        {
            _newestGroup = id;
            _counters.FecShardMin = id;
        }

        int open = 0;
        foreach (FecGroup group in _groups)
        {
            if (!group.IsOpen)
                continue;
            // differs: unsigned, so that a group ahead of the newest, exactly half the number space away, goes too.
            // The reference keeps such groups, and a hostile peer can make it keep any number of them.
            uint behind = unchecked(FirstSequence(_newestGroup) - FirstSequence(group.Id));
            if (behind > GroupsKeptBehindNewest * GroupSize)
                group.Close(_pool);
            else
                open++;
        }

        _counters.FecShardSet = open;
    }

    /// <summary>Sequence number of a group's first packet. It wraps for the number of a newest group that dates from
    /// before the shape changed, as in the reference.</summary>
    private uint FirstSequence(uint id) => unchecked(id * GroupSize);
}
