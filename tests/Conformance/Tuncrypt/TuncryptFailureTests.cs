using CsCheck;
using KcpTun.Conformance.Support;
using KcpTun.Tuncrypt;

namespace KcpTun.Conformance.Tuncrypt;

/// <summary>Whatever an attacker or a misconfigured peer sends: closed, silent, and with the cause named.</summary>
public sealed class TuncryptFailureTests
{
    private const string BadRecord = "a record was altered, lost, repeated or moved";
    private const string BadLength = "a record has an impossible length";

    [Test]
    public void Another_key_fails_at_the_first_message()
    {
        using var pair = new TuncryptPair(serverPsk: Vectors.Lcg(77, 32));
        TuncryptPair.Read(pair.Server, TuncryptPair.TakeHandshake(pair.Client)).ShouldBe(TuncryptResult.Failed);
        ShouldBeClosed(pair.Server, "the client has another --key, or its handshake was altered");
        TuncryptPair.TakeHandshake(pair.Server).ShouldBeEmpty("no answer, no oracle");
    }

    [Test]
    public void Any_altered_byte_of_the_handshake_fails_closed(
        [Range(0, TuncryptSession.HandshakeLength - 1)] int index,
        [Values] bool isAnswer)
    {
        using var pair = new TuncryptPair();
        byte[] message = TuncryptPair.TakeHandshake(pair.Client);
        if (isAnswer)
        {
            TuncryptPair.Read(pair.Server, message);
            message = TuncryptPair.TakeHandshake(pair.Server);
        }

        message[index] ^= 0x20;
        TuncryptSession victim = isAnswer ? pair.Client : pair.Server;
        TuncryptPair.Read(victim, message).ShouldBe(TuncryptResult.Failed);
        victim.FailureReason.ShouldNotBeNull();
        TuncryptPair.TakeHandshake(victim).ShouldBeEmpty();
    }

    [Test]
    public void A_truncated_handshake_only_waits([Range(0, TuncryptSession.HandshakeLength - 1)] int length)
    {
        using var pair = new TuncryptPair();
        byte[] message = TuncryptPair.TakeHandshake(pair.Client);
        TuncryptPair.Read(pair.Server, message[..length]).ShouldBe(TuncryptResult.NeedMore);
        pair.Server.IsEstablished.ShouldBeFalse();
        pair.Server.FailureReason.ShouldBeNull();
        TuncryptPair.TakeHandshake(pair.Server).ShouldBeEmpty();
    }

    [Test]
    public void Any_flipped_bit_of_a_record_fails_closed_for_all_positions([Values] bool fromServer) =>
        Gen.Select(Gen.Int[0, 299], Gen.Int[0, 7]).Sample(
            (index, bit) =>
            {
                using TuncryptPair pair = TuncryptPair.Established();
                TuncryptSession sender = fromServer ? pair.Server : pair.Client;
                TuncryptSession receiver = fromServer ? pair.Client : pair.Server;
                byte[] wire = TuncryptPair.Seal(sender, Vectors.Lcg(1, 300 - 18));
                wire[index] ^= (byte)(1 << bit);
                List<byte> received = [];
                // A longer length waits for more than was sent; the next records bring it and the failure.
                byte[] more = [.. wire, .. TuncryptPair.Seal(sender, new byte[40_000])];
                TuncryptPair.Read(receiver, more, received).ShouldBe(TuncryptResult.Failed);
                received.ShouldBeEmpty();
                receiver.FailureReason.ShouldBeOneOf(BadRecord, BadLength);
            },
            iter: 120);

    [TestCase("0 2", TestName = "A_dropped_record_fails_closed")]
    [TestCase("0 0", TestName = "A_repeated_record_fails_closed")]
    [TestCase("0 2 1", TestName = "A_reordered_record_fails_closed")]
    public void A_sequence_that_was_not_sent_opens_only_its_intact_start(string order)
    {
        using TuncryptPair pair = TuncryptPair.Established();
        byte[][] records = [.. Enumerable.Range(0, 3).Select(i => TuncryptPair.Seal(pair.Client, [(byte)i]))];
        byte[] wire = [.. order.Split(' ').SelectMany(i => records[int.Parse(i)])];
        List<byte> received = [];
        TuncryptPair.Read(pair.Server, wire, received).ShouldBe(TuncryptResult.Failed);
        received.ShouldBe([0]);
        ShouldBeClosed(pair.Server, BadRecord);
    }

    [Test]
    public void A_record_sent_back_to_its_sender_does_not_open()
    {
        using TuncryptPair pair = TuncryptPair.Established();
        byte[] wire = TuncryptPair.Seal(pair.Client, [1]);
        TuncryptPair.Read(pair.Client, wire).ShouldBe(TuncryptResult.Failed);
        ShouldBeClosed(pair.Client, BadRecord);
    }

    [Test]
    public void A_handshake_sent_back_to_its_sender_does_not_open()
    {
        using var pair = new TuncryptPair();
        byte[] first = TuncryptPair.TakeHandshake(pair.Client);
        TuncryptPair.Read(pair.Client, first).ShouldBe(TuncryptResult.Failed);
    }

    [Test]
    public void A_recorded_session_replayed_to_a_server_delivers_nothing()
    {
        using var recorded = new TuncryptPair();
        (byte[] first, _) = recorded.Shake();
        byte[] records = TuncryptPair.Seal(recorded.Client, Vectors.Lcg(5, 1000));

        using var server = new TuncryptSession(false, TuncryptPair.Psk, new SeededEntropy(9999));
        List<byte> received = [];
        TuncryptPair.Read(server, first).ShouldBe(TuncryptResult.HandshakeProgress);
        TuncryptPair.TakeHandshake(server).Length.ShouldBe(TuncryptSession.HandshakeLength);
        TuncryptPair.Read(server, records, received).ShouldBe(TuncryptResult.Failed);
        received.ShouldBeEmpty();
    }

    [Test]
    public void A_recorded_answer_replayed_to_a_client_is_rejected()
    {
        using var recorded = new TuncryptPair();
        (_, byte[] answer) = recorded.Shake();
        using var client = new TuncryptSession(true, TuncryptPair.Psk, new SeededEntropy(9999));
        TuncryptPair.Read(client, answer).ShouldBe(TuncryptResult.Failed);
        ShouldBeClosed(client, "the server has another --key, or its handshake was altered");
    }

    [Test]
    public void Records_before_the_answer_was_taken_do_not_open()
    {
        using var pair = new TuncryptPair();
        byte[] first = TuncryptPair.TakeHandshake(pair.Client);
        TuncryptPair.Read(pair.Server, [.. first, .. new byte[100]]).ShouldBe(TuncryptResult.Failed);
        TuncryptPair.TakeHandshake(pair.Server).ShouldBeEmpty();
    }

    [Test]
    public void A_truncated_record_only_waits()
    {
        using TuncryptPair pair = TuncryptPair.Established();
        byte[] wire = TuncryptPair.Seal(pair.Client, Vectors.Lcg(1, 500));
        List<byte> received = [];
        TuncryptPair.Read(pair.Server, wire[..^1], received).ShouldBe(TuncryptResult.NeedMore);
        received.ShouldBeEmpty();
        TuncryptPair.Read(pair.Server, wire[^1..], received).ShouldBe(TuncryptResult.Plaintext);
        received.Count.ShouldBe(500);
    }

    [TestCase(0)]
    [TestCase(CipherState.TagLength, Description = "no record is empty")]
    [TestCase(TuncryptSession.MaxRecordLength - 1)]
    [TestCase(ushort.MaxValue)]
    public void An_impossible_length_fails_without_waiting_and_without_memory(int length)
    {
        using TuncryptPair pair = TuncryptPair.Established();
        ReadOnlySpan<byte> input = [(byte)length, (byte)(length >> 8)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        TuncryptResult result = pair.Server.Read(ref input, out ReadOnlySpan<byte> plaintext);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        result.ShouldBe(TuncryptResult.Failed);
        plaintext.IsEmpty.ShouldBeTrue();
        allocated.ShouldBeLessThan(1024);
        ShouldBeClosed(pair.Server, BadLength);
    }

    [TestCase("FF060000734E61507059", "the client does not use --tuncrypt", TestName = "Plain_snappy_is_named")]
    [TestCase("0100000003000000", "the client does not use --tuncrypt", TestName = "Plain_smux_1_is_named")]
    [TestCase("0203000000000000", "the client does not use --tuncrypt", TestName = "Plain_smux_2_is_named")]
    [TestCase("4B544E02", "the client speaks another version of tuncrypt", TestName = "Another_version_is_named")]
    [TestCase("16030100", "the client does not speak tuncrypt", TestName = "Anything_else_is_named")]
    public void A_client_that_opens_otherwise(string opening, string reason)
    {
        using var server = new TuncryptSession(false, TuncryptPair.Psk, new SeededEntropy(1));
        byte[] wire = Convert.FromHexString(opening);
        TuncryptPair.Read(server, wire, nextPiece: () => 1).ShouldBe(TuncryptResult.Failed);
        ShouldBeClosed(server, reason);
    }

    [Test]
    public void A_plain_server_is_named_too()
    {
        using var client = new TuncryptSession(true, TuncryptPair.Psk, new SeededEntropy(1));
        TuncryptPair.TakeHandshake(client);
        TuncryptPair.Read(client, [2, 3, 0, 0, 0, 0, 0, 0]).ShouldBe(TuncryptResult.Failed);
        ShouldBeClosed(client, "the server does not use --tuncrypt");
    }

    [Test]
    public void An_end_without_the_layer_can_tell()
    {
        using var client = new TuncryptSession(true, TuncryptPair.Psk, new SeededEntropy(1));
        byte[] first = TuncryptPair.TakeHandshake(client);
        TuncryptSession.IsOpening(first).ShouldBeTrue();
        TuncryptSession.IsOpening(first.AsSpan(0, 3)).ShouldBeFalse();
        TuncryptSession.IsOpening([0xFF, 6, 0, 0]).ShouldBeFalse();
        TuncryptSession.IsOpening([1, 0, 0, 0, 3, 0, 0, 0]).ShouldBeFalse();
        // A peer without it fails at once: neither a snappy chunk that may be skipped nor a smux version.
        first[0].ShouldBeInRange((byte)0x02, (byte)0x7F);
        first[0].ShouldNotBeOneOf((byte)1, (byte)2);
    }

    [Test]
    public void The_first_reason_stays()
    {
        using TuncryptPair pair = TuncryptPair.Established();
        TuncryptPair.Read(pair.Server, new byte[2]);
        pair.Server.Dispose();
        pair.Server.FailureReason.ShouldBe(BadLength);
    }

    private static void ShouldBeClosed(TuncryptSession session, string reason)
    {
        session.FailureReason.ShouldBe(reason);
        session.IsEstablished.ShouldBeFalse();
        TuncryptPair.Seal(session, [1]).ShouldBeEmpty();
        TuncryptPair.Read(session, new byte[100]).ShouldBe(TuncryptResult.Failed);
    }
}
