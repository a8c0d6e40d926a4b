using KcpTun.Qpp;

namespace KcpTun.Fuzz.Targets;

/// <summary>Input: which pads, where to cut the stream for the two directions, then the stream.</summary>
internal sealed class QppTarget : FuzzTarget
{
    private static readonly int[] s_counts = [1, 2, 3, 7, 8, 16, 61, 64, 127, 251, 65537, -65529];

    // Deriving pads takes longer than a thousand inputs, so there are only so many and they are kept.
    private readonly Dictionary<(int, int), (QppPads Pads, byte[] Key)> _pads = [];

    public override string Name => "qpp";

    public override string Property =>
        "pads are permutations, and a stream encrypted in any pieces decrypts in any others to itself";

    protected override void Run(ReadOnlySpan<byte> input)
    {
        var choices = new FuzzInput(input);
        (QppPads pads, byte[] key) = Pads(choices.Below(s_counts.Length), choices.Below(4));
        ReadOnlySpan<byte> cutsForEncryption = choices.Take(8);
        ReadOnlySpan<byte> cutsForDecryption = choices.Take(8);
        byte[] data = choices.Rest().ToArray();
        byte[] whole = [.. data];
        new QppKeystream(pads, key).Encrypt(whole);
        byte[] pieces = [.. data];
        var encryption = new QppKeystream(pads, key);
        Cut(pieces, cutsForEncryption, encryption.Encrypt);
        FuzzFailure.Unless(whole.AsSpan().SequenceEqual(pieces), "pieces encrypt to something else than the whole");
        var decryption = new QppKeystream(pads, key);
        Cut(pieces, cutsForDecryption, decryption.Decrypt);
        FuzzFailure.Unless(data.AsSpan().SequenceEqual(pieces), "the stream decrypts to something else");
    }

    private static void Cut(Span<byte> data, ReadOnlySpan<byte> lengths, SpanAction action)
    {
        for (int i = 0; !data.IsEmpty; i++)
        {
            int length = lengths.IsEmpty ? data.Length : 1 + lengths[i % lengths.Length];
            Span<byte> part = data[..Math.Min(data.Length, length)];
            action(part);
            data = data[part.Length..];
        }
    }

    private delegate void SpanAction(Span<byte> data);

    private (QppPads Pads, byte[] Key) Pads(int count, int key)
    {
        if (_pads.TryGetValue((count, key), out (QppPads Pads, byte[] Key) known))
            return known;
        byte[] secret = new byte[key * 16];
        new SeededEntropy((ulong)key).Fill(secret);
        var pads = new QppPads(secret, s_counts[count]);
        FuzzFailure.Unless(pads.Count == (s_counts[count] & 0xFFFF), $"{pads.Count} pads");
        for (int i = 0; i < pads.Count; i++)
        {
            byte[] sorted = pads.Forward.Slice(i * QppPads.PadSize, QppPads.PadSize).ToArray();
            Array.Sort(sorted);
            for (int value = 0; value < sorted.Length; value++)
                FuzzFailure.Unless(sorted[value] == value, $"pad {i} is no permutation");
        }

        return _pads[(count, key)] = (pads, secret);
    }
}
