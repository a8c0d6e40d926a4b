using CsCheck;
using KcpTun.Conformance.Support;
using KcpTun.Tuncrypt;

namespace KcpTun.Conformance.Tuncrypt;

public sealed class TuncryptSessionTests
{
    [Test]
    public void Client_speaks_first_and_server_answers_once()
    {
        using var pair = new TuncryptPair();
        TuncryptPair.TakeHandshake(pair.Server).ShouldBeEmpty();
        byte[] first = TuncryptPair.TakeHandshake(pair.Client);
        first.Length.ShouldBe(TuncryptSession.HandshakeLength);
        TuncryptPair.TakeHandshake(pair.Client).ShouldBeEmpty();
        pair.Client.IsEstablished.ShouldBeFalse();

        TuncryptPair.Read(pair.Server, first).ShouldBe(TuncryptResult.HandshakeProgress);
        pair.Server.IsEstablished.ShouldBeFalse("its answer must go before any record");
        byte[] second = TuncryptPair.TakeHandshake(pair.Server);
        pair.Server.IsEstablished.ShouldBeTrue();
        TuncryptPair.TakeHandshake(pair.Server).ShouldBeEmpty();
        TuncryptPair.Read(pair.Client, second).ShouldBe(TuncryptResult.HandshakeProgress);
        pair.Client.IsEstablished.ShouldBeTrue();
        pair.Client.FailureReason.ShouldBeNull();
    }

    [Test]
    public void Both_directions_survive_any_chunking_for_all_sizes() =>
        Gen.Select(Gen.Int[0, 70_000], Gen.Int[1, 40_000], Gen.UInt).Sample(
            (length, largestPiece, seed) =>
            {
                using TuncryptPair pair = TuncryptPair.Established();
                byte[] data = Vectors.Lcg(seed, length);
                RoundTrip(pair.Client, pair.Server, data, largestPiece, seed);
                RoundTrip(pair.Server, pair.Client, data, largestPiece, seed);
            },
            iter: 60);

    [Test]
    public void A_byte_at_a_time_is_enough()
    {
        using var pair = new TuncryptPair();
        List<byte> received = [];
        TuncryptPair.Read(pair.Server, TuncryptPair.TakeHandshake(pair.Client), nextPiece: () => 1);
        TuncryptPair.Read(pair.Client, TuncryptPair.TakeHandshake(pair.Server), nextPiece: () => 1);
        byte[] data = Vectors.Lcg(3, 20_000);
        TuncryptPair.Read(pair.Server, TuncryptPair.Seal(pair.Client, data), received, () => 1);
        received.ToArray().ShouldBe(data);
    }

    [Test]
    public void Records_may_follow_the_answer_in_one_piece()
    {
        using var pair = new TuncryptPair();
        TuncryptPair.Read(pair.Server, TuncryptPair.TakeHandshake(pair.Client));
        byte[] answer = TuncryptPair.TakeHandshake(pair.Server);
        List<byte> received = [];
        TuncryptPair.Read(pair.Client, [.. answer, .. TuncryptPair.Seal(pair.Server, [1, 2, 3])], received);
        received.ShouldBe([1, 2, 3]);
    }

    [Test]
    public void Long_writes_are_split_into_records_of_at_most_16_KiB()
    {
        using TuncryptPair pair = TuncryptPair.Established();
        byte[] wire = TuncryptPair.Seal(pair.Client, new byte[100_000]);
        wire.Length.ShouldBe(TuncryptSession.MaxSealedLength(100_000));
        int records = 0;
        for (int offset = 0; offset < wire.Length; records++)
        {
            int length = sizeof(ushort) + BitConverter.ToUInt16(wire, offset);
            length.ShouldBeLessThanOrEqualTo(16384);
            offset += length;
        }

        records.ShouldBe(7);
        TuncryptPair.Seal(pair.Client, []).ShouldBeEmpty("an empty write makes no record");
        TuncryptSession.MaxSealedLength(TuncryptSession.MaxRecordPlaintext).ShouldBe(16384);
        TuncryptSession.MaxSealedLength(0).ShouldBe(0);
    }

    [Test]
    public void Nothing_is_sealed_before_the_handshake_is_done()
    {
        using var pair = new TuncryptPair();
        TuncryptPair.Seal(pair.Client, [1]).ShouldBeEmpty();
        TuncryptPair.Read(pair.Server, TuncryptPair.TakeHandshake(pair.Client));
        TuncryptPair.Seal(pair.Server, [1]).ShouldBeEmpty("its answer is not on its way yet");
    }

    [Test]
    public void Steady_state_allocates_nothing()
    {
        using TuncryptPair pair = TuncryptPair.Established();
        byte[] data = Vectors.Lcg(1, 8192), wire = new byte[TuncryptSession.MaxSealedLength(data.Length)];
        Carry(pair, data, wire, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Carry(pair, data, wire, 1000);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Test]
    public void Dispose_closes()
    {
        TuncryptPair pair = TuncryptPair.Established();
        byte[] wire = TuncryptPair.Seal(pair.Client, [1]);
        pair.Dispose();
        TuncryptPair.Read(pair.Server, wire).ShouldBe(TuncryptResult.Failed);
        TuncryptPair.Seal(pair.Client, [1]).ShouldBeEmpty();
    }

    private static void Carry(TuncryptPair pair, byte[] data, byte[] wire, int times)
    {
        for (int i = 0; i < times; i++)
        {
            ReadOnlySpan<byte> input = wire.AsSpan(0, pair.Client.Seal(data, wire));
            while (!input.IsEmpty)
                pair.Server.Read(ref input, out _);
        }
    }

    private static void RoundTrip(
        TuncryptSession sender,
        TuncryptSession receiver,
        byte[] data,
        int largestPiece,
        uint seed)
    {
        var random = new Random((int)(seed & int.MaxValue));
        List<byte> received = [];
        TuncryptPair.Read(receiver, TuncryptPair.Seal(sender, data), received, () => random.Next(1, largestPiece + 1));
        received.ToArray().ShouldBe(data);
    }
}
