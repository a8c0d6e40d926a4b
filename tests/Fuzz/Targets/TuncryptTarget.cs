using KcpTun.Tuncrypt;

namespace KcpTun.Fuzz.Targets;

/// <summary>
/// Input: whether both ends have the same key, then steps: an end seals data, the wire carries some bytes, an attacker
/// changes, drops, adds or repeats some.
/// </summary>
internal sealed class TuncryptTarget : FuzzTarget
{
    private const int MaxSteps = 200;
    private const int MaxWire = 1 << 17;

    private static readonly byte[] s_key = KeyOf(9);
    private static readonly byte[] s_otherKey = KeyOf(10);

    private bool _isAttacked;

    private enum Step
    {
        Seal,
        Carry,
        CarryAll,
        Flip,
        Drop,
        Insert,
        Repeat,
        SealMuch,
    }

    public override string Name => "tuncrypt";

    public override string Property =>
        "whatever happens on the wire, an end reads only what the other sealed, in order; untouched, all of it; and "
        + "after a failure nothing more";

    protected override void Run(ReadOnlySpan<byte> input)
    {
        var choices = new FuzzInput(input);
        byte mode = choices.Byte();
        bool isSameKey = (mode & 1) == 0;
        _isAttacked = false;
        using var client = new End(true, s_key);
        using var server = new End(false, isSameKey ? s_key : s_otherKey);
        for (int step = 0; step < MaxSteps && !choices.IsEmpty; step++)
        {
            byte choice = choices.Byte();
            (End from, End to) = (choice & 8) == 0 ? (client, server) : (server, client);
            Apply(ref choices, (Step)(choice & 7), choice >> 4, from, to);
        }

        if (_isAttacked)
            return;
        for (int round = 0; round < 3; round++)
        {
            server.Take(client.Wire.Count, client);
            client.Take(server.Wire.Count, server);
        }

        FuzzFailure.Unless(!isSameKey || client.HasDelivered(server), "the server lacks bytes");
        FuzzFailure.Unless(!isSameKey || server.HasDelivered(client), "the client lacks bytes");
        FuzzFailure.Unless(isSameKey || server.HasFailed, "an end with another key was accepted");
    }

    private void Apply(ref FuzzInput choices, Step step, int amount, End from, End to)
    {
        List<byte> wire = from.Wire;
        int place = wire.Count == 0 ? 0 : choices.UInt16() % wire.Count;
        switch (step)
        {
            case Step.Seal:
                from.Seal(1 + amount);
                break;
            case Step.SealMuch:
                from.Seal(amount * 3000);
                break;
            case Step.Carry:
                to.Take(1 + amount, from);
                break;
            case Step.CarryAll:
                to.Take(wire.Count, from);
                break;
            default:
                Attack(step, place, amount, wire);
                break;
        }
    }

    private void Attack(Step step, int place, int amount, List<byte> wire)
    {
        int length = Math.Min(1 + amount, wire.Count - place);
        if (wire.Count == 0 || wire.Count > MaxWire)
            return;
        _isAttacked = true;
        switch (step)
        {
            case Step.Flip:
                wire[place] ^= (byte)(1 << (amount & 7));
                break;
            case Step.Drop:
                wire.RemoveRange(place, length);
                break;
            case Step.Insert:
                wire.InsertRange(place, new byte[length]);
                break;
            default:
                wire.InsertRange(place, wire.GetRange(place, wire.Count - place));
                break;
        }
    }

    private static byte[] KeyOf(ulong seed)
    {
        byte[] key = new byte[TuncryptSession.PskLength];
        new SeededEntropy(seed).Fill(key);
        return key;
    }

    private sealed class End : IDisposable
    {
        private readonly TuncryptSession _session;
        private long _sealed;
        private long _read;

        public End(bool isClient, byte[] key)
        {
            _session = new TuncryptSession(isClient, key, new SeededEntropy(isClient ? 1u : 2u));
            TakeHandshake();
        }

        /// <summary>What this end has sent and the wire has not yet carried.</summary>
        public List<byte> Wire { get; } = [];

        public bool HasFailed => _session.FailureReason is not null;

        public bool HasDelivered(End to) => to._read == _sealed;

        public void Seal(int length)
        {
            if (Wire.Count > MaxWire)
                return;
            byte[] data = new byte[length];
            for (int i = 0; i < length; i++)
                data[i] = Pattern(_sealed + i);
            byte[] room = new byte[TuncryptSession.MaxSealedLength(length)];
            bool isReady = _session.IsEstablished;
            int written = _session.Seal(data, room);
            FuzzFailure.Unless(written == (isReady ? room.Length : 0), $"{written} bytes sealed of {length}");
            if (!isReady)
                return;
            Wire.AddRange(room);
            _sealed += length;
        }

        public void Take(int length, End from)
        {
            byte[] bytes = [.. from.Wire.Take(length)];
            from.Wire.RemoveRange(0, bytes.Length);
            ReadOnlySpan<byte> input = bytes;
            while (!input.IsEmpty)
                Read(ref input, from);
        }

        public void Dispose() => _session.Dispose();

        private void Read(ref ReadOnlySpan<byte> input, End from)
        {
            bool hadFailed = HasFailed;
            TuncryptResult result = _session.Read(ref input, out ReadOnlySpan<byte> plaintext);
            FuzzFailure.Unless(result == TuncryptResult.Plaintext || plaintext.IsEmpty, $"{result} with data");
            FuzzFailure.Unless((result == TuncryptResult.Failed) == HasFailed, $"{result}, reason given: {HasFailed}");
            FuzzFailure.Unless(!hadFailed || HasFailed, "the session goes on after a failure");
            FuzzFailure.Unless(_read + plaintext.Length <= from._sealed, "more was read than was sealed");
            foreach (byte value in plaintext)
                FuzzFailure.Unless(value == Pattern(_read++), "something was read that was not sealed");
            if (result == TuncryptResult.HandshakeProgress)
                TakeHandshake();
        }

        private void TakeHandshake()
        {
            byte[] message = new byte[TuncryptSession.HandshakeLength];
            while (_session.TryTakeHandshake(message, out int length))
                Wire.AddRange(message.AsSpan(0, length));
        }

        private static byte Pattern(long place) => (byte)((place * 167) ^ (place >> 8));
    }
}
