using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Tuncrypt;

namespace KcpTun.Conformance.Tuncrypt;

/// <summary>The published vectors of two independent Noise libraries.</summary>
public sealed class NoiseVectorTests
{
    private static IEnumerable<TestCaseData> PublishedVectors()
    {
        int index = 0;
        foreach (JsonElement vector in Vectors.Load("noise_nnpsk0.json").GetProperty("vectors").EnumerateArray())
            yield return new TestCaseData(vector).SetArgDisplayNames($"{Text(vector, "source")} {index++}");
    }

    [TestCaseSource(nameof(PublishedVectors))]
    public void Both_ends_produce_and_accept_the_published_messages(JsonElement vector)
    {
        using HandshakeState initiator = Start(vector, isInitiator: true);
        using HandshakeState responder = Start(vector, isInitiator: false);
        JsonElement[] messages = [.. vector.GetProperty("messages").EnumerateArray()];

        Exchange(initiator, responder, messages[0]);
        if (vector.TryGetProperty("hash_after_first_message", out JsonElement hash))
            Convert.ToHexStringLower(initiator.HandshakeHash).ShouldBe(hash.GetString());
        Exchange(responder, initiator, messages[1]);
        initiator.HandshakeHash.ToArray().ShouldBe(responder.HandshakeHash.ToArray());

        (CipherState Send, CipherState Receive) initiatorCiphers = initiator.Split();
        (CipherState Send, CipherState Receive) responderCiphers = responder.Split();
        for (int i = 2; i < messages.Length; i++)
        {
            bool isFromInitiator = i % 2 == 0;
            Transport(
                (isFromInitiator ? initiatorCiphers : responderCiphers).Send,
                (isFromInitiator ? responderCiphers : initiatorCiphers).Receive,
                messages[i]);
        }
    }

    [Test]
    public void There_are_vectors_of_two_libraries()
    {
        PublishedVectors().Count().ShouldBe(5);
        Vectors.Load("noise_nnpsk0.json").GetProperty("sources").EnumerateObject().Count().ShouldBe(2);
    }

    [TestCase("psk")]
    [TestCase("prologue")]
    public void A_responder_that_differs_rejects_the_first_message(string difference)
    {
        byte[] psk = Vectors.Lcg(1, 32), prologue = [1, 2, 3];
        using var initiator = new HandshakeState(true, prologue, psk, Vectors.Lcg(2, 32));
        (difference == "psk" ? psk : prologue)[0] ^= 1;
        using var responder = new HandshakeState(false, prologue, psk, Vectors.Lcg(3, 32));
        byte[] message = new byte[HandshakeState.MessageOverhead];
        initiator.TryWriteMessage([], message).ShouldBeTrue();
        responder.TryReadMessage(message, []).ShouldBeFalse();
    }

    [Test]
    public void A_public_key_of_low_order_agrees_on_no_secret()
    {
        byte[] psk = Vectors.Lcg(1, 32);
        using var responder = new HandshakeState(false, [], psk, Vectors.Lcg(3, 32));
        byte[] message = ForgeFirstMessage(psk, publicKey: new byte[HandshakeState.PublicKeyLength]);
        responder.TryReadMessage(message, []).ShouldBeTrue("whoever knows the psk may send any point");
        responder.TryWriteMessage([], new byte[HandshakeState.MessageOverhead]).ShouldBeFalse();
    }

    [Test]
    public void Out_of_turn_calls_are_programming_errors()
    {
        using var initiator = new HandshakeState(true, [], Vectors.Lcg(1, 32), Vectors.Lcg(2, 32));
        byte[] message = new byte[HandshakeState.MessageOverhead];
        Should.Throw<InvalidOperationException>(() => initiator.TryReadMessage(message, []));
        Should.Throw<InvalidOperationException>(() => initiator.Split());
        initiator.TryWriteMessage([], message).ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => initiator.TryWriteMessage([], message));
    }

    private static byte[] ForgeFirstMessage(byte[] psk, byte[] publicKey)
    {
        using var symmetric = new SymmetricState("Noise_NNpsk0_25519_ChaChaPoly_SHA256"u8);
        symmetric.MixHash([]);
        symmetric.MixKeyAndHash(psk);
        symmetric.MixHash(publicKey);
        symmetric.MixKey(publicKey);
        byte[] tag = new byte[CipherState.TagLength];
        symmetric.EncryptAndHash([], tag);
        return [.. publicKey, .. tag];
    }

    private static HandshakeState Start(JsonElement vector, bool isInitiator) => new(
        isInitiator,
        Bytes(vector, "prologue"),
        Bytes(vector, "psk"),
        Bytes(vector, isInitiator ? "init_ephemeral" : "resp_ephemeral"));

    private static void Exchange(HandshakeState writer, HandshakeState reader, JsonElement expected)
    {
        byte[] payload = Bytes(expected, "payload");
        byte[] message = new byte[payload.Length + HandshakeState.MessageOverhead];
        writer.TryWriteMessage(payload, message).ShouldBeTrue();
        Convert.ToHexStringLower(message).ShouldBe(Text(expected, "ciphertext"));
        byte[] read = new byte[payload.Length];
        reader.TryReadMessage(message, read).ShouldBeTrue();
        read.ShouldBe(payload);
    }

    private static void Transport(CipherState sender, CipherState receiver, JsonElement expected)
    {
        byte[] payload = Bytes(expected, "payload");
        byte[] message = new byte[payload.Length + CipherState.TagLength];
        sender.TryEncrypt([], payload, message).ShouldBeTrue();
        Convert.ToHexStringLower(message).ShouldBe(Text(expected, "ciphertext"));
        byte[] read = new byte[payload.Length];
        receiver.TryDecrypt([], message, read).ShouldBeTrue();
        read.ShouldBe(payload);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static byte[] Bytes(JsonElement element, string name) => Convert.FromHexString(Text(element, name));
}
