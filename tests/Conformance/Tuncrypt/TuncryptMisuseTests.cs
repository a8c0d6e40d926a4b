using KcpTun.Tuncrypt;

namespace KcpTun.Conformance.Tuncrypt;

/// <summary>Calls out of order are mistakes of the program, and say so.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TuncryptMisuseTests
{
    [Test]
    public void A_handshake_goes_by_turns()
    {
        using HandshakeState initiator = Handshake(isInitiator: true);
        using HandshakeState responder = Handshake(isInitiator: false);
        byte[] first = new byte[HandshakeState.MessageOverhead];
        byte[] second = new byte[HandshakeState.MessageOverhead];
        Should.Throw<InvalidOperationException>(() => responder.TryWriteMessage([], second));
        Should.Throw<InvalidOperationException>(() => initiator.TryReadMessage(second, []));
        Should.Throw<InvalidOperationException>(() => initiator.Split());
        initiator.TryWriteMessage([], first).ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => initiator.TryWriteMessage([], first));
        responder.TryReadMessage(first.AsSpan(1), []).ShouldBeFalse("a byte is missing");
        responder.TryReadMessage(first, []).ShouldBeTrue();
        responder.TryWriteMessage([], second).ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => responder.TryReadMessage(first, []));
        initiator.TryReadMessage(second, []).ShouldBeTrue();
        initiator.HandshakeHash.SequenceEqual(responder.HandshakeHash).ShouldBeTrue();
    }

    [Test]
    public void A_cipher_without_a_key_refuses_to_work()
    {
        using var cipher = new CipherState();
        Should.Throw<InvalidOperationException>(() => cipher.Rekey());
    }

    [Test]
    public void Too_small_a_destination_is_refused_and_loses_nothing()
    {
        using TuncryptPair pair = TuncryptPair.Established();
        byte[] data = [1, 2, 3];
        byte[] small = new byte[TuncryptSession.MaxSealedLength(data.Length) - 1];
        Should.Throw<ArgumentException>(() => pair.Client.Seal(data, small));
        List<byte> received = [];
        TuncryptPair.Read(pair.Server, TuncryptPair.Seal(pair.Client, data), received);
        received.ShouldBe(data);
    }

    private static HandshakeState Handshake(bool isInitiator) => new(
        isInitiator, [], TuncryptPair.Psk, [.. Enumerable.Range(isInitiator ? 1 : 40, 32).Select(i => (byte)i)]);
}
