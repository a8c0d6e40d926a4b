using System.Buffers.Binary;
using System.Text;

namespace KcpTun.Conformance.Sim.Reports;

/// <summary>Reads a pcapng file as its specification describes it, and throws at the first byte that is wrong.</summary>
internal sealed class PcapngFile
{
    private const ushort Comment = 1;
    private const ushort Name = 2;

    public string SectionComment { get; private set; } = "";

    public List<(string Name, ushort LinkType, int Resolution)> Interfaces { get; } = [];

    public List<CapturedPacket> Packets { get; } = [];

    public static PcapngFile Read(byte[] file)
    {
        var capture = new PcapngFile();
        ReadOnlySpan<byte> rest = file;
        while (!rest.IsEmpty)
        {
            uint type = U32(rest);
            int length = (int)U32(rest[4..]);
            (length % 4).ShouldBe(0);
            U32(rest[(length - 4)..]).ShouldBe((uint)length);
            capture.Take(type, rest[8..(length - 4)]);
            rest = rest[length..];
        }

        return capture;
    }

    private void Take(uint type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case 0x0A0D0D0A:
                U32(body).ShouldBe(0x1A2B3C4Du);
                U16(body[4..]).ShouldBe((ushort)1);
                SectionComment = Text(Options(body[16..]), Comment) ?? "";
                break;
            case 1:
                Dictionary<ushort, byte[]> options = Options(body[8..]);
                Interfaces.Add((Text(options, Name) ?? "", U16(body), options[9][0]));
                break;
            case 6:
                int captured = (int)U32(body[12..]);
                U32(body[16..]).ShouldBe((uint)captured);
                int padded = (captured + 3) / 4 * 4;
                Packets.Add(new CapturedPacket(
                    Interfaces[(int)U32(body)].Name,
                    ((long)U32(body[4..]) << 32) | U32(body[8..]),
                    body.Slice(20, captured).ToArray(),
                    Text(Options(body[(20 + padded)..]), Comment)));
                break;
            default:
                throw new InvalidDataException($"block type {type}");
        }
    }

    private static Dictionary<ushort, byte[]> Options(ReadOnlySpan<byte> rest)
    {
        Dictionary<ushort, byte[]> options = [];
        while (!rest.IsEmpty)
        {
            ushort code = U16(rest);
            int length = U16(rest[2..]);
            if (code == 0)
            {
                rest.Length.ShouldBe(4);
                break;
            }

            options.Add(code, rest.Slice(4, length).ToArray());
            rest = rest[(4 + ((length + 3) / 4 * 4))..];
        }

        return options;
    }

    private static string? Text(Dictionary<ushort, byte[]> options, ushort code) =>
        options.TryGetValue(code, out byte[]? bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static ushort U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}

/// <param name="Time">Nanoseconds.</param>
/// <param name="Bytes">From the IP header on.</param>
internal sealed record CapturedPacket(string Interface, long Time, byte[] Bytes, string? Comment)
{
    private bool IsV6 => Bytes[0] >> 4 == 6;

    public ReadOnlySpan<byte> Udp => Bytes.AsSpan(IsV6 ? 40 : 20);

    public byte[] Payload => Udp[8..].ToArray();

    public int SourcePort => BinaryPrimitives.ReadUInt16BigEndian(Udp);

    public int DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(Udp[2..]);

    /// <summary>The sum over what a checksum protects, checksum included: all ones if it is right.</summary>
    public int UdpSum
    {
        get
        {
            byte[] pseudo = [.. Bytes.AsSpan(IsV6 ? 8 : 12, IsV6 ? 32 : 8), 0, 17, .. Udp[4..6], .. Udp];
            return OnesComplementSum(pseudo);
        }
    }

    public int HeaderSum => OnesComplementSum(Bytes.AsSpan(0, 20));

    private static int OnesComplementSum(ReadOnlySpan<byte> bytes)
    {
        int sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += i % 2 == 0 ? bytes[i] << 8 : bytes[i];
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return sum;
    }
}
