using System.Buffers.Binary;
using System.Text;

namespace KcpTun.Sim.Reports;

/// <summary>
/// Writes a capture in the pcapng format (draft-ietf-opsawg-pcapng): one section, interfaces of raw IP packets with
/// nanosecond time stamps, and comments on packets. Little-endian on every machine.
/// </summary>
public sealed class PcapngWriter
{
    /// <summary>LINKTYPE_RAW: the packet begins with its IPv4 or IPv6 header.</summary>
    public const ushort RawLinkType = 101;

    private const uint SectionHeader = 0x0A0D0D0A;
    private const uint InterfaceDescription = 1;
    private const uint EnhancedPacket = 6;
    private const uint ByteOrderMagic = 0x1A2B3C4D;
    private const int TrailerLength = 4;
    private const int MaxOption = ushort.MaxValue;

    private const ushort EndOfOptions = 0;
    private const ushort Comment = 1;
    private const ushort InterfaceName = 2;
    private const ushort InterfaceText = 3;
    private const ushort Application = 4;
    private const ushort TimestampResolution = 9;
    private const byte Nanoseconds = 9;

    private readonly Stream _stream;
    private byte[] _block = new byte[4096];
    private int _length;
    private uint _interfaces;

    /// <param name="stream">Takes the file; the caller closes it.</param>
    /// <param name="application">What wrote it: name and version.</param>
    /// <param name="comment">Stands in front of the capture: the command that makes it again.</param>
    public PcapngWriter(Stream stream, string application, string comment)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        Begin(SectionHeader);
        Add(ByteOrderMagic);
        Add16(1);
        Add16(0);
        BinaryPrimitives.WriteInt64LittleEndian(Take(sizeof(long)), -1);
        AddText(Comment, comment);
        AddText(Application, application);
        End(hasOptions: true);
    }

    /// <summary>Announces an interface; the first is number 0.</summary>
    /// <returns>Its number.</returns>
    public uint AddInterface(string name, string description)
    {
        Begin(InterfaceDescription);
        Add16(RawLinkType);
        Add16(0);
        Add(0);
        AddText(InterfaceName, name);
        AddText(InterfaceText, description);
        AddOption(TimestampResolution, [Nanoseconds]);
        End(hasOptions: true);
        return _interfaces++;
    }

    /// <param name="interfaceNumber">As <see cref="AddInterface"/> returned it.</param>
    /// <param name="time">Nanoseconds, not negative.</param>
    /// <param name="packet">From its IP header on.</param>
    /// <param name="comment">A remark on the packet, or null.</param>
    public void WritePacket(uint interfaceNumber, long time, ReadOnlySpan<byte> packet, string? comment)
    {
        Begin(EnhancedPacket);
        Add(interfaceNumber);
        Add((uint)(time >> 32));
        Add((uint)time);
        Add((uint)packet.Length);
        Add((uint)packet.Length);
        AddPadded(packet);
        if (comment is not null)
            AddText(Comment, comment);
        End(hasOptions: comment is not null);
    }

    private static int Padded(int length) => (length + 3) & ~3;

    private void Begin(uint type)
    {
        _length = 0;
        Add(type);
        Add(0);
    }

    /// <summary>Writes the block with its length, which stands at both ends.</summary>
    private void End(bool hasOptions)
    {
        if (hasOptions)
        {
            Add16(EndOfOptions);
            Add16(0);
        }

        uint total = (uint)_length + TrailerLength;
        Add(total);
        BinaryPrimitives.WriteUInt32LittleEndian(_block.AsSpan(4), total);
        _stream.Write(_block, 0, _length);
    }

    private void AddText(ushort code, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        AddOption(code, bytes.AsSpan(0, Math.Min(bytes.Length, MaxOption)));
    }

    private void AddOption(ushort code, ReadOnlySpan<byte> value)
    {
        Add16(code);
        Add16((ushort)value.Length);
        AddPadded(value);
    }

    private void AddPadded(ReadOnlySpan<byte> bytes)
    {
        Span<byte> place = Take(Padded(bytes.Length));
        bytes.CopyTo(place);
        place[bytes.Length..].Clear();
    }

    private void Add(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), value);

    private void Add16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(sizeof(ushort)), value);

    private Span<byte> Take(int count)
    {
        if (_length + count > _block.Length)
            Array.Resize(ref _block, Math.Max(2 * _block.Length, _length + count));
        Span<byte> place = _block.AsSpan(_length, count);
        _length += count;
        return place;
    }
}
