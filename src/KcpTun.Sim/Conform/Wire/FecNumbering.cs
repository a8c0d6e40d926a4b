using System.Buffers;
using System.Buffers.Binary;
using KcpTun.Fec;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>
/// FEC packets as a script sends them: numbers that go on by themselves, and parity over the data packets that were
/// sent or lost, at the numbers the script gave them (PROTOCOL b).
/// </summary>
/// <param name="dataShards">Of the peer's own groups; 0 without FEC.</param>
/// <param name="parityShards">Likewise.</param>
internal sealed class FecNumbering(int dataShards, int parityShards)
{
    // More than the four groups of 256 that any decoder keeps.
    private const int MaxRegions = 1024;

    private readonly Dictionary<uint, byte[]> _regions = [];
    private readonly Queue<uint> _order = new();
    private uint _next;

    private bool HasShape => dataShards > 0 && parityShards > 0;

    /// <summary>Number of the next data packet: the numbers of parity are left to parity.</summary>
    public uint NextData
    {
        get
        {
            uint size = (uint)(dataShards + parityShards);
            if (!HasShape)
                return _next;
            uint position = _next % size;
            uint next = position < (uint)dataShards ? _next : _next + (size - position);
            return next >= FecHeader.SequenceLimit((int)size) ? 0 : next;
        }
    }

    /// <summary>Writes a data packet around a KCP packet.</summary>
    public static void WriteData(
        uint sequence, ushort? size, ReadOnlySpan<byte> packet, ArrayBufferWriter<byte> output)
    {
        Span<byte> header = output.GetSpan(FecHeader.Length);
        FecHeader.Write(header, sequence, FecHeader.DataType);
        BinaryPrimitives.WriteUInt16LittleEndian(
            header[FecHeader.RegionOffset..], size ?? (ushort)(packet.Length + FecHeader.SizeLength));
        output.Advance(FecHeader.Length);
        output.Write(packet);
    }

    /// <summary>Writes what begins with a number and a type, and nothing else of the header.</summary>
    public static void Write(uint sequence, ushort type, ReadOnlySpan<byte> body, ArrayBufferWriter<byte> output)
    {
        FecHeader.Write(output.GetSpan(FecHeader.RegionOffset), sequence, type);
        output.Advance(FecHeader.RegionOffset);
        output.Write(body);
    }

    /// <summary>The packet counts: its number is spent, and parity covers it if it is data.</summary>
    public void Commit(ReadOnlySpan<byte> packet)
    {
        uint sequence = FecHeader.ReadSequence(packet);
        _next = unchecked(sequence + 1);
        if (FecHeader.ReadType(packet) != FecHeader.DataType)
            return;
        if (!_regions.ContainsKey(sequence))
            _order.Enqueue(sequence);
        _regions[sequence] = packet[FecHeader.RegionOffset..].ToArray();
        if (_order.Count > MaxRegions)
            _regions.Remove(_order.Dequeue());
    }

    /// <summary>Writes the parity packet of a number, or the next one.</summary>
    /// <returns>Why there is none, or null.</returns>
    public string? Parity(Packet packet, ArrayBufferWriter<byte> output)
    {
        var fields = new PacketFields(packet);
        uint sequence = fields.UInt32("seq", _next);
        if (fields.Has("data"))
        {
            Write(sequence, FecHeader.ParityType, fields.Bytes("data").Span, output);
            return fields.Error;
        }

        (int data, int parity) = packet.Find("of")?.Shape ?? (dataShards, parityShards);
        if (data < 1 || parity < 1 || data + parity > ReedSolomon.MaxShards)
            return $"PARITY wants of=D/P, as in of=10/3, with at most {ReedSolomon.MaxShards} in all";
        uint size = (uint)(data + parity);
        int index = (int)(sequence % size) - data;
        if (index < 0)
            return $"PARITY seq={sequence}: in groups of {data}/{parity} this number is a data packet's; give seq=";
        if (fields.Error is not null)
            return fields.Error;
        return Compute(sequence, sequence - (sequence % size), data, parity, output);
    }

    private string? Compute(uint sequence, uint first, int data, int parity, ArrayBufferWriter<byte> output)
    {
        byte[][] shards = new byte[data][];
        for (int i = 0; i < data; i++)
        {
            if (!_regions.TryGetValue(first + (uint)i, out byte[]? region))
                return $"PARITY seq={sequence}: the data packet seq={first + (uint)i} was neither sent nor lost";
            shards[i] = region;
        }

        var code = new ReedSolomon(data, parity);
        int length = shards.Max(shard => shard.Length);
        byte[] parities = new byte[parity * length];
        for (int i = 0; i < data; i++)
            code.Accumulate(i, shards[i], parities, length);
        int index = (int)(sequence - first) - data;
        Write(sequence, FecHeader.ParityType, parities.AsSpan(index * length, length), output);
        return null;
    }
}
