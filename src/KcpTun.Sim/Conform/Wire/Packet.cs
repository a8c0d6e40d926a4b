namespace KcpTun.Sim.Conform.Wire;

/// <summary>A value of a field: a number or bytes.</summary>
/// <param name="Number">The number; the length if it is bytes.</param>
/// <param name="Bytes">The bytes, or null if it is a number.</param>
internal readonly record struct FieldValue(long Number, ReadOnlyMemory<byte>? Bytes)
{
    private const int ShapeShift = 16;

    public static FieldValue Of(long number) => new(number, null);

    public static FieldValue Of(ReadOnlyMemory<byte> bytes) => new(bytes.Length, bytes);

    /// <summary>A shape of FEC groups, as in <c>of=10/3</c>.</summary>
    public static FieldValue OfShape(int dataShards, int parityShards) =>
        new(((long)dataShards << ShapeShift) | (uint)parityShards, null);

    /// <summary>What <see cref="OfShape"/> was given.</summary>
    public (int DataShards, int ParityShards) Shape =>
        ((int)Math.Clamp(Number >> ShapeShift, 0, ushort.MaxValue), (int)(Number & ushort.MaxValue));
}

/// <summary>One field of a packet as it is written in a script: <c>sn=3</c>.</summary>
internal readonly record struct PacketField(string Name, FieldValue Value);

/// <summary>
/// A packet of any layer, as a script writes it: a word, fields, and what it carries. The tester builds datagrams from
/// these and takes the subject's apart into them; docs/conformance/scripts.md lists words and fields.
/// </summary>
/// <param name="Word">In capitals, such as <c>PUSH</c>.</param>
/// <param name="Fields">In the order of the wire; when sending, only those that differ from the defaults.</param>
/// <param name="Inner">What stands in brackets.</param>
internal sealed record Packet(string Word, IReadOnlyList<PacketField> Fields, IReadOnlyList<Packet> Inner)
{
    /// <summary>A packet that carries no others.</summary>
    public Packet(string word, params IReadOnlyList<PacketField> fields)
        : this(word, fields, [])
    {
    }

    public FieldValue? Find(string name)
    {
        foreach (PacketField field in Fields)
        {
            if (field.Name == name)
                return field.Value;
        }

        return null;
    }
}
