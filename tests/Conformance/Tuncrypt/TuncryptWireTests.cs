using System.Security.Cryptography;
using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Tuncrypt;

namespace KcpTun.Conformance.Tuncrypt;

/// <summary>The bytes of PROTOCOL m, from an implementation that shares nothing with ours.</summary>
public sealed class TuncryptWireTests
{
    private readonly JsonElement _vector = Vectors.Load("tuncrypt.json");

    [Test]
    public void Psk_is_the_one_of_the_vector() =>
        Convert.ToHexStringLower(TuncryptSession.DerivePsk(_vector.GetProperty("key").GetString()!))
            .ShouldBe(_vector.GetProperty("psk").GetString());

    [Test]
    public void An_empty_key_has_a_psk_too() =>
        TuncryptSession.DerivePsk("").Length.ShouldBe(TuncryptSession.PskLength);

    [Test]
    public void Handshake_and_records_are_those_of_the_vector()
    {
        using TuncryptSession client = Start(isClient: true), server = Start(isClient: false);
        Establish(client, server);
        foreach (JsonElement step in _vector.GetProperty("steps").EnumerateArray())
        {
            TuncryptSession sender = step.GetProperty("from").GetString() == "client" ? client : server;
            byte[] data = Vectors.Lcg(step.GetProperty("seed").GetUInt32(), step.GetProperty("length").GetInt32());
            byte[] wire = TuncryptPair.Seal(sender, data);
            wire.Length.ShouldBe(step.GetProperty("wire_length").GetInt32());
            Convert.ToHexStringLower(SHA256.HashData(wire)).ShouldBe(step.GetProperty("wire_sha256").GetString());
            List<byte> received = [];
            TuncryptPair.Read(sender == client ? server : client, wire, received);
            received.ToArray().ShouldBe(data);
        }
    }

    [Test]
    public void Keys_are_replaced_after_65536_records()
    {
        using TuncryptSession client = Start(isClient: true), server = Start(isClient: false);
        Establish(client, server);
        byte[] record = new byte[TuncryptSession.MaxSealedLength(1)];
        for (int i = 0; i < 65535; i++)
        {
            client.Seal([0], record);
            ReadOnlySpan<byte> input = record;
            server.Read(ref input, out _).ShouldBe(TuncryptResult.Plaintext);
        }

        foreach (JsonElement expected in _vector.GetProperty("rekey").EnumerateArray())
        {
            byte[] data = Convert.FromHexString(expected.GetProperty("plaintext").GetString()!);
            byte[] wire = TuncryptPair.Seal(client, data);
            Convert.ToHexStringLower(wire).ShouldBe(expected.GetProperty("wire").GetString());
            TuncryptPair.Read(server, wire).ShouldBe(TuncryptResult.Plaintext);
        }
    }

    private TuncryptSession Start(bool isClient)
    {
        byte[] psk = Convert.FromHexString(_vector.GetProperty("psk").GetString()!);
        string seed = isClient ? "client_ephemeral_seed" : "server_ephemeral_seed";
        return new TuncryptSession(isClient, psk, new SeededEntropy(_vector.GetProperty(seed).GetUInt32()));
    }

    private void Establish(TuncryptSession client, TuncryptSession server)
    {
        byte[] first = TuncryptPair.TakeHandshake(client);
        Convert.ToHexStringLower(first).ShouldBe(_vector.GetProperty("client_message").GetString());
        TuncryptPair.Read(server, first);
        byte[] second = TuncryptPair.TakeHandshake(server);
        Convert.ToHexStringLower(second).ShouldBe(_vector.GetProperty("server_message").GetString());
        TuncryptPair.Read(client, second).ShouldBe(TuncryptResult.HandshakeProgress);
    }
}
