namespace KcpTun.Sim.Conform.Wire;

/// <summary>The fields of a packet that is to be sent, in the widths of the wire. Keeps the first error.</summary>
internal sealed class PacketFields
{
    private readonly Packet _packet;

    public PacketFields(Packet packet)
    {
        _packet = packet;
        IReadOnlyList<string> known = PacketWords.FieldsOf(packet.Word);
        foreach (PacketField field in packet.Fields)
        {
            if (!known.Contains(field.Name))
                Refuse($"{packet.Word} has no field '{field.Name}'; it has {string.Join(", ", known)}");
        }
    }

    /// <summary>What is wrong, in one sentence; null if all is well so far.</summary>
    public string? Error { get; private set; }

    public bool Has(string name) => _packet.Find(name) is not null;

    public uint UInt32(string name, uint fallback) => (uint)Number(name, fallback, 32);

    public ushort UInt16(string name, int fallback) => (ushort)Number(name, (ushort)fallback, 16);

    public byte UInt8(string name, byte fallback) => (byte)Number(name, fallback, 8);

    /// <summary>The lower 24 bits count.</summary>
    public uint UInt24(string name, int fallback) => (uint)Number(name, fallback, 24) & 0xFF_FFFF;

    /// <summary>A number without which the packet makes no sense.</summary>
    public uint RequiredUInt32(string name)
    {
        if (!Has(name))
            Refuse($"{_packet.Word} needs {name}=");
        return UInt32(name, 0);
    }

    /// <summary>Bytes; none if the field is not given.</summary>
    public ReadOnlyMemory<byte> Bytes(string name)
    {
        if (_packet.Find(name) is not { } value)
            return default;
        if (value.Bytes is { } bytes)
            return bytes;
        Refuse($"{_packet.Word}: {name}= wants bytes, as in \"text\", hex:00ff, pat(100) or fill(0,100)");
        return default;
    }

    public void Refuse(string sentence) => Error ??= sentence;

    /// <summary>A negative number counts down from the top, as a difference of numbers that wrap does.</summary>
    private long Number(string name, long fallback, int bits)
    {
        if (_packet.Find(name) is not { } value)
            return fallback;
        if (value.Bytes is not null)
            Refuse($"{_packet.Word}: {name}= wants a number");
        else if (value.Number < -(1L << (bits - 1)) || value.Number >= 1L << bits)
            Refuse($"{_packet.Word}: {name}={value.Number} does not fit {bits} bits");
        return value.Number;
    }
}
