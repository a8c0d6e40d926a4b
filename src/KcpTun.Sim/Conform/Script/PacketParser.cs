using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Script;

/// <summary>Reads packets: words, fields, what is inside, and what is done to the datagram around them.</summary>
internal static class PacketParser
{
    private const string Changes =
        "crc=bad, tag=bad, nonce=HEX, flip=N, cut=N, pad=N, from=N, key=\"...\", crypt=NAME or times=N";

    /// <summary>FEC around a segment around a frame.</summary>
    private const int MaxDepth = 3;

    /// <summary>Packets to send.</summary>
    public static DatagramPattern ToSend(LineReader reader)
    {
        DatagramChange change = DatagramChange.None;
        if (reader.TryTake("{"))
        {
            while (!reader.TryTake("}"))
                change = Change(reader, change);
        }

        return new DatagramPattern(Joined(reader, 1), change, null, null);
    }

    /// <summary>Packets that are to come.</summary>
    public static DatagramPattern ToExpect(LineReader reader)
    {
        ValuePattern? size = null;
        ValuePattern? to = null;
        if (reader.TryTake("{"))
        {
            while (!reader.TryTake("}"))
            {
                if (reader.TryTake("size"))
                    size = Condition(reader);
                else if (reader.TryTake("to"))
                    to = Condition(reader);
                else
                    throw reader.Error("expected size or to: of a datagram that comes nothing else is known");
            }
        }

        return new DatagramPattern(Joined(reader, 1), DatagramChange.None, size, to);
    }

    private static ValuePattern Condition(LineReader reader)
    {
        // Both "size=<=1350" and "size<=1350" can be meant.
        reader.TryTake("=");
        return ValuePattern.Parse(reader);
    }

    private static List<PacketPattern> Joined(LineReader reader, int depth)
    {
        List<PacketPattern> packets = [One(reader, depth)];
        while (reader.TryTake("+"))
            packets.Add(One(reader, depth));
        return packets;
    }

    private static PacketPattern One(LineReader reader, int depth)
    {
        if (depth > MaxDepth)
            throw reader.Error("packets inside each other: FEC, a segment, a frame, and no more");
        int column = reader.Column;
        string word = reader.Word("a packet");
        IReadOnlyList<string> known = PacketWords.FieldsOf(word);
        if (known.Count == 0)
            throw reader.Error(column, $"expected a packet: {string.Join(", ", PacketWords.All)}");
        List<(string, ValuePattern)> fields = [];
        while (char.IsAsciiLetterLower(reader.Peek) && !IsKeyword(reader))
            fields.Add(Field(reader, word, known, fields));
        if (reader.Peek != '[')
            return new PacketPattern(word, fields, []);
        if (!PacketWords.MayCarry(word))
            throw reader.Error($"{word} carries no packets");
        reader.Take("[");
        List<PacketPattern> inner = Joined(reader, depth + 1);
        reader.Take("]");
        return new PacketPattern(word, fields, inner);
    }

    /// <summary><c>no PACKET for 20</c> goes on after the packet.</summary>
    private static bool IsKeyword(LineReader reader) => reader.IsNext("for");

    private static (string Name, ValuePattern Value) Field(
        LineReader reader, string word, IReadOnlyList<string> known, List<(string Name, ValuePattern)> before)
    {
        int column = reader.Column;
        string name = reader.Word("a field");
        if (!known.Contains(name))
            throw reader.Error(column, $"{word} has the fields {string.Join(", ", known)}");
        if (before.Exists(field => field.Name == name))
            throw reader.Error(column, $"{name} is given twice");
        reader.Take("=");
        return (name, name == "of" ? Shape(reader) : ValuePattern.Parse(reader));
    }

    /// <summary><c>of=10/3</c>: data and parity shards.</summary>
    private static ValuePattern.Shape Shape(LineReader reader)
    {
        int column = reader.Column;
        long data = reader.Number();
        reader.Take("/");
        long parity = reader.Number();
        return data >= 1 && parity >= 1 && data + parity <= 256
            ? new ValuePattern.Shape((int)data, (int)parity)
            : throw reader.Error(column, "of=D/P needs 1 or more of each and 256 or fewer together");
    }

    private static DatagramChange Change(LineReader reader, DatagramChange change)
    {
        int column = reader.Column;
        string name = reader.Word("what is done to the datagram");
        reader.Take("=");
        return name switch
        {
            "crc" when reader.TryTake("bad") => change with { BadCrc = true },
            "tag" when reader.TryTake("bad") => change with { BadTag = true },
            "nonce" => change with { Nonce = reader.Hex() },
            "flip" => change with { Flip = Small(reader) },
            "cut" => change with { Cut = Small(reader) },
            "pad" => change with { Pad = Small(reader) },
            "from" => change with { From = Small(reader) },
            "times" => change with { Times = Small(reader) },
            "key" => change with { Key = System.Text.Encoding.UTF8.GetString(reader.Quoted()) },
            "crypt" => change with { Crypt = reader.Word("a cipher") },
            _ => throw reader.Error(column, $"expected {Changes}"),
        };
    }

    private static int Small(LineReader reader)
    {
        const int largest = 65535;
        int column = reader.Column;
        long number = reader.Number();
        return number <= largest ? (int)number : throw reader.Error(column, $"expected a number up to {largest}");
    }
}
