using System.Globalization;
using System.Text;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>Packets as a script writes them; what is printed can be pasted as an expectation.</summary>
internal static class PacketText
{
    private const int LongestQuote = 256;
    private const int ShortestFill = 16;

    // Numbers that people know by their hexadecimal form.
    private static readonly string[] s_hexadecimal = ["conv", "crc", "type"];

    /// <summary>Packets that travel together.</summary>
    public static string Format(IReadOnlyList<Packet> packets)
    {
        var text = new StringBuilder();
        Append(text, packets);
        return text.ToString();
    }

    public static string Format(Packet packet) => Format([packet]);

    /// <summary>Bytes in the shortest form that says all of them.</summary>
    public static string Format(ReadOnlySpan<byte> data)
    {
        if (AppPattern.Find(data) is var offset and >= 0)
            return offset == 0 ? Invariant($"pat({data.Length})") : Invariant($"pat({data.Length},{offset})");
        if (data.Length >= ShortestFill && data.IndexOfAnyExcept(data[0]) < 0)
            return Invariant($"fill({data[0]},{data.Length})");
        if (data.Length > LongestQuote || !IsText(data))
            return "hex:" + Convert.ToHexStringLower(data);
        return Quote(data);
    }

    private static void Append(StringBuilder text, IReadOnlyList<Packet> packets)
    {
        for (int i = 0; i < packets.Count; i++)
        {
            if (i > 0)
                text.Append(" + ");
            Append(text, packets[i]);
        }
    }

    private static void Append(StringBuilder text, Packet packet)
    {
        text.Append(packet.Word);
        foreach (PacketField field in packet.Fields)
        {
            // The brackets say it.
            if (field.Name == "data" && packet.Inner.Count > 0)
                continue;
            text.Append(' ').Append(field.Name).Append('=');
            text.Append(field.Value.Bytes is { } bytes ? Format(bytes.Span) : Number(field.Name, field.Value));
        }

        if (packet.Inner.Count == 0)
            return;
        text.Append(" [");
        Append(text, packet.Inner);
        text.Append(']');
    }

    private static string Number(string name, FieldValue value)
    {
        if (name == "of")
            return Invariant($"{value.Shape.DataShards}/{value.Shape.ParityShards}");
        return Array.IndexOf(s_hexadecimal, name) >= 0 && value.Number >= 0
            ? Invariant($"0x{value.Number:x}")
            : Invariant($"{value.Number}");
    }

    private static bool IsText(ReadOnlySpan<byte> data)
    {
        foreach (byte value in data)
        {
            if (value is not ((>= 0x20 and < 0x7F) or (byte)'\n' or (byte)'\r' or (byte)'\t'))
                return false;
        }

        return true;
    }

    private static string Quote(ReadOnlySpan<byte> data)
    {
        var text = new StringBuilder("\"");
        foreach (byte value in data)
        {
            if (value == '\n')
                text.Append("\\n");
            else if (value is < 0x20 or (byte)'"' or (byte)'\\')
                text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
            else
                text.Append((char)value);
        }

        return text.Append('"').ToString();
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
