using System.Buffers.Binary;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Fec.Reference;

/// <summary>
/// PROTOCOL b.4 as it is written, for a peer whose shape is known: dictionaries, and equations solved one byte at a
/// time. Slow and plain; shares no code with the decoder that it is compared with.
/// </summary>
internal sealed class ReferenceFecDecoder(int dataShards, int parityShards)
{
    private readonly uint _size = (uint)(dataShards + parityShards);
    private readonly byte[][] _matrix = ReferenceField.CodingMatrix(dataShards, parityShards);
    private readonly Dictionary<uint, SortedDictionary<int, byte[]>> _groups = [];
    private uint _newest;

    public long Recovered { get; private set; }

    public long FullGroups { get; private set; }

    public long Parities { get; private set; }

    /// <summary>Takes a packet with its FEC header; returns the KCP packets that it makes whole.</summary>
    public List<byte[]> Decode(byte[] packet)
    {
        uint sequence = BinaryPrimitives.ReadUInt32LittleEndian(packet);
        if (sequence >= uint.MaxValue / _size * _size)
            return [];
        uint id = sequence / _size;
        int position = (int)(sequence % _size);
        if (!_groups.TryGetValue(id, out SortedDictionary<int, byte[]>? group))
            _groups.Add(id, group = []);
        if (!group.TryAdd(position, packet[6..]))
            return [];
        if (position >= dataShards)
            Parities++;
        List<byte[]> whole = [];
        if (group.Count == dataShards)
        {
            whole = Solve(group);
            group.Clear();
        }

        MoveOn(id);
        return whole;
    }

    private void MoveOn(uint id)
    {
        if (SequenceNumber.Difference(id * _size, _newest * _size) > 0)
            _newest = id;
        foreach (uint old in _groups.Keys.Where(key => (_newest * _size) - (key * _size) > 3 * _size).ToArray())
            _groups.Remove(old);
    }

    private List<byte[]> Solve(SortedDictionary<int, byte[]> group)
    {
        int[] missing = [.. Enumerable.Range(0, dataShards).Where(i => !group.ContainsKey(i))];
        if (missing.Length == 0)
        {
            FullGroups++;
            return [];
        }

        Recovered += missing.Length;
        int length = group.Values.Max(region => region.Length);
        byte[][] regions = [.. missing.Select(_ => new byte[length])];
        byte[][] rows = [.. group.Keys.Select(position => _matrix[position])];
        byte[][] inverse = ReferenceField.Invert(rows);
        byte[][] known = [.. group.Values];
        for (int k = 0; k < missing.Length; k++)
        {
            for (int i = 0; i < known.Length; i++)
            {
                for (int b = 0; b < known[i].Length; b++)
                    regions[k][b] ^= ReferenceField.Multiply(inverse[missing[k]][i], known[i][b]);
            }
        }

        return [.. regions.Select(region => region[2..BinaryPrimitives.ReadUInt16LittleEndian(region)])];
    }
}
