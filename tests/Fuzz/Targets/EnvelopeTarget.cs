using KcpTun.Crypt;
using KcpTun.Primitives;

namespace KcpTun.Fuzz.Targets;

/// <summary>
/// Input: the cipher, then blocks, each a datagram. They are opened as they are, in one batch and one by one; then
/// sealed as payloads and opened again.
/// </summary>
internal sealed class EnvelopeTarget : FuzzTarget
{
    private const int MaxDatagrams = 16;
    private const byte Guard = 0xA5;

    private static readonly byte[] s_pass = KeyDerivation.DerivePass("it's a secrect");

    // Making one takes longer than using it, and that none remembers anything is part of the property.
    private readonly Envelope[] _envelopes =
        Array.ConvertAll(Enum.GetValues<CipherKind>(), kind => Envelope.Create(kind, s_pass));

    public override string Name => "envelope";

    public override string Property =>
        "any datagram opens or is refused, touching nothing else, alone as in a batch; what is sealed opens to itself";

    protected override void Run(ReadOnlySpan<byte> input)
    {
        var choices = new FuzzInput(input);
        Envelope envelope = _envelopes[choices.Below(_envelopes.Length)];
        var datagrams = new List<byte[]>();
        while (!choices.IsEmpty && datagrams.Count < MaxDatagrams)
            datagrams.Add(choices.Block().ToArray());
        Batch whole = Open(envelope, new Batch(datagrams));
        for (int i = 0; i < datagrams.Count; i++)
        {
            Batch alone = Open(envelope, new Batch([datagrams[i]]));
            FuzzFailure.Unless(alone.Result(0) == whole.Result(i), $"datagram {i} opens otherwise in a batch");
        }

        SealAndOpen(envelope, datagrams);
    }

    private static Batch Open(Envelope envelope, Batch batch)
    {
        envelope.Open(batch.Buffer, batch.Slices, batch.Results);
        for (int i = 0; i < batch.Slices.Length; i++)
        {
            Slice datagram = batch.Slices[i];
            OpenResult result = batch.Results[i];
            int overhead = envelope.HeaderLength + envelope.TrailerLength;
            int length = Math.Min(datagram.Length, Envelope.MaximumDatagram) - overhead;
            FuzzFailure.Unless(
                (result.Status == OpenStatus.TooShort) == (length < 0), $"{datagram.Length} bytes are {result.Status}");
            var expected = result.Status == OpenStatus.Ok
                ? new Slice(datagram.Offset + envelope.HeaderLength, length)
                : default;
            FuzzFailure.Unless(result.Payload == expected, $"payload {result.Payload} of {datagram}");
        }

        FuzzFailure.Unless(batch.IsGuardIntact, "bytes beside the datagrams were written to");
        return batch;
    }

    private static void SealAndOpen(Envelope envelope, List<byte[]> payloads)
    {
        int overhead = envelope.HeaderLength + envelope.TrailerLength;
        List<byte[]> rooms = payloads.ConvertAll(payload =>
        {
            byte[] room = new byte[Math.Min(payload.Length + overhead, Envelope.MaximumDatagram)];
            payload.AsSpan(0, room.Length - overhead).CopyTo(room.AsSpan(envelope.HeaderLength));
            return room;
        });
        var batch = new Batch(rooms);
        envelope.Seal(batch.Buffer, batch.Slices, new SeededEntropy((ulong)payloads.Count));
        FuzzFailure.Unless(batch.IsGuardIntact, "sealing wrote beside the datagrams");
        byte[] sealedBytes = batch.Buffer.ToArray();
        Open(envelope, batch);
        for (int i = 0; i < rooms.Count; i++)
        {
            FuzzFailure.Unless(batch.Results[i].Status == OpenStatus.Ok, $"datagram {i} does not open after sealing");
            FuzzFailure.Unless(
                batch.Payload(i).SequenceEqual(rooms[i].AsSpan(envelope.HeaderLength, rooms[i].Length - overhead)),
                $"datagram {i} opens to something else");
        }

        if (envelope.Kind == CipherKind.Aes128Gcm)
            RefuseForgeries(envelope, batch, sealedBytes);
    }

    /// <summary>Every datagram with one bit of its middle changed.</summary>
    private static void RefuseForgeries(Envelope envelope, Batch batch, byte[] sealedBytes)
    {
        sealedBytes.CopyTo(batch.Buffer, 0);
        foreach (Slice slice in batch.Slices)
            batch.Buffer[slice.Offset + (slice.Length / 2)] ^= 1;
        Open(envelope, batch);
        FuzzFailure.Unless(
            Array.TrueForAll(batch.Results, result => result.Status == OpenStatus.ChecksumMismatch),
            "a forged datagram opens");
    }

    /// <summary>Datagrams side by side in one buffer, with guard bytes between them.</summary>
    private sealed class Batch
    {
        private const int GuardLength = 8;

        public Batch(List<byte[]> datagrams)
        {
            Slices = new Slice[datagrams.Count];
            Results = new OpenResult[datagrams.Count];
            Buffer = new byte[datagrams.Sum(datagram => datagram.Length + GuardLength) + GuardLength];
            Array.Fill(Buffer, Guard);
            int offset = GuardLength;
            for (int i = 0; i < datagrams.Count; i++)
            {
                datagrams[i].CopyTo(Buffer, offset);
                Slices[i] = new Slice(offset, datagrams[i].Length);
                offset += datagrams[i].Length + GuardLength;
            }
        }

        public byte[] Buffer { get; }

        public Slice[] Slices { get; }

        public OpenResult[] Results { get; }

        public bool IsGuardIntact
        {
            get
            {
                int offset = 0;
                foreach (Slice slice in Slices)
                {
                    if (Buffer.AsSpan(offset..slice.Offset).ContainsAnyExcept(Guard))
                        return false;
                    offset = slice.End;
                }

                return !Buffer.AsSpan(offset).ContainsAnyExcept(Guard);
            }
        }

        public ReadOnlySpan<byte> Payload(int index) =>
            Buffer.AsSpan(Results[index].Payload.Offset, Results[index].Payload.Length);

        /// <summary>What became of a datagram, wherever it lay.</summary>
        public (OpenStatus Status, string Payload) Result(int index) =>
            (Results[index].Status, Convert.ToHexString(Payload(index)));
    }
}
