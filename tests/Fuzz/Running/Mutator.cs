using System.Buffers.Binary;
using System.Text;

namespace KcpTun.Fuzz.Running;

/// <summary>Makes new inputs of old ones. The same seed makes the same inputs.</summary>
internal sealed class Mutator(FuzzTarget target, Random random)
{
    private static readonly uint[] s_interesting =
        [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF];

    private readonly byte[][] _tokens = [.. target.Tokens.Select(Encoding.UTF8.GetBytes)];

    /// <param name="pool">At least one input.</param>
    public byte[] Next(IReadOnlyList<byte[]> pool)
    {
        List<byte> input = [.. pool[random.Next(pool.Count)]];
        for (int changes = 1 << random.Next(6); changes > 0; changes--)
            Change(input, pool);
        if (input.Count > target.MaxLength)
            input.RemoveRange(target.MaxLength, input.Count - target.MaxLength);
        return [.. input];
    }

    private void Change(List<byte> input, IReadOnlyList<byte[]> pool)
    {
        int place = random.Next(input.Count + 1);
        int length = Math.Min(1 << random.Next(7), input.Count - place);
        int kind = random.Next(_tokens.Length > 0 ? 11 : 9);
        if (place == input.Count && kind < 6)
            kind = 6;
        switch (kind)
        {
            case 0:
                input[place] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                input[place] = (byte)random.Next(256);
                break;
            case 2:
                input[place] += (byte)(random.Next(33) - 16);
                break;
            case 3:
                Overwrite(input, place, Number());
                break;
            case 4:
                input.RemoveRange(place, length);
                break;
            case 5:
                input.InsertRange(random.Next(input.Count + 1), input.GetRange(place, length));
                break;
            case 6:
                byte[] bytes = new byte[1 + random.Next(16)];
                random.NextBytes(bytes);
                input.InsertRange(place, bytes);
                break;
            case 7 or 8:
                Splice(input, place, pool[random.Next(pool.Count)]);
                break;
            case 9:
                input.InsertRange(place, _tokens[random.Next(_tokens.Length)]);
                break;
            default:
                Overwrite(input, place, _tokens[random.Next(_tokens.Length)]);
                break;
        }
    }

    private byte[] Number()
    {
        byte[] number = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(number, s_interesting[random.Next(s_interesting.Length)]);
        return number[..(1 << random.Next(3))];
    }

    /// <summary>The rest of another input, or a part of it in between.</summary>
    private void Splice(List<byte> input, int place, byte[] other)
    {
        int start = random.Next(other.Length + 1);
        int length = random.Next(other.Length - start + 1);
        if (random.Next(2) == 0)
            input.RemoveRange(place, input.Count - place);
        input.InsertRange(place, other.AsSpan(start, length));
    }

    private static void Overwrite(List<byte> input, int place, byte[] bytes)
    {
        for (int i = 0; i < bytes.Length && place + i < input.Count; i++)
            input[place + i] = bytes[i];
    }
}
