using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Smux;

namespace KcpTun.Conformance.Smux;

/// <summary>What the Go library wrote and accepted (smux.json, e2e_capture.json).</summary>
public sealed class SmuxVectorTests
{
    [TestCase(1)]
    [TestCase(2)]
    public void Both_ends_write_the_bytes_of_the_scripted_conversation(int version)
    {
        JsonElement vector = Vectors.Load("smux.json").GetProperty("sessions").EnumerateArray()
            .Single(session => session.GetProperty("version").GetInt32() == version);
        var options = new SmuxOptions
        {
            Version = version,
            FrameSize = vector.GetProperty("framesize").GetInt32(),
            StreamBuffer = vector.GetProperty("streambuf").GetInt32(),
        };
        using var conversation = new Conversation(options);
        conversation.Play();

        AssertBytes(vector, "client", conversation.ClientBytes);
        AssertBytes(vector, "server", conversation.ServerBytes);
        Convert.ToBase64String(conversation.ClientBytes.AsSpan(0, 64))
            .ShouldBe(vector.GetProperty("client_first_64").GetString());
        conversation.Client.Session.StreamCount.ShouldBe(1, "stream A was only closed for writing");
        conversation.Client.Session.BytesUnread.ShouldBe(0);
        conversation.Server.Session.BytesUnread.ShouldBe(0);
    }

    [Test]
    public void A_sender_stops_at_the_initial_window_and_goes_on_after_the_first_read()
    {
        JsonElement vector = Vectors.Load("smux.json").GetProperty("window");
        var options = new SmuxOptions
        {
            FrameSize = vector.GetProperty("framesize").GetInt32(),
            StreamBuffer = vector.GetProperty("streambuf").GetInt32(),
        };
        var writer = new SmuxPeer(options, SmuxRole.Client);
        var reader = new SmuxPeer(options, SmuxRole.Server);
        uint id = writer.Open();
        writer.Write(id, new byte[vector.GetProperty("write_len").GetInt32()]);

        reader.Feed(writer.Drain()).ShouldBe(SmuxInputResult.Ok);
        reader.Received(id).ShouldBe(vector.GetProperty("sent_before_first_read").GetInt32());
        writer.Session.PeerWindow(id).ShouldBe(0);

        int read = reader.Read(id, vector.GetProperty("first_read_len").GetInt32()).Length;
        byte[] update = reader.Drain();
        AssertFrames(vector.GetProperty("reader_frames"), update);
        writer.Feed(update).ShouldBe(SmuxInputResult.Ok);
        reader.Feed(writer.Drain()).ShouldBe(SmuxInputResult.Ok);
        (read + reader.Received(id)).ShouldBe(vector.GetProperty("sent_after_first_read").GetInt32());
    }

    [Test]
    public void A_receiver_accepts_and_refuses_what_the_reference_does()
    {
        foreach (JsonElement row in Vectors.Load("smux.json").GetProperty("validation").EnumerateArray())
        {
            string name = row.GetProperty("name").GetString()!;
            var options = new SmuxOptions { Version = row.GetProperty("version").GetInt32() };
            var server = new SmuxPeer(options, SmuxRole.Server);
            SmuxInputResult result = server.Feed(Convert.FromHexString(row.GetProperty("bytes").GetString()!));

            result.ShouldBe(ExpectedResult(name), name);
            bool isHealthy = row.GetProperty("accept_result").GetString() == "timeout";
            (result == SmuxInputResult.Ok).ShouldBe(isHealthy, name);
            uint[] accepted = row.GetProperty("accepted").ValueKind == JsonValueKind.Null
                ? []
                : [.. row.GetProperty("accepted").EnumerateArray().Select(id => id.GetUInt32())];
            server.Opened.ToArray().ShouldBe(accepted, name);
            server.Session.BytesUnread.ShouldBe(0, name);
        }
    }

    [Test]
    public void Captured_streams_of_the_released_clients_are_what_we_would_send()
    {
        int checkedCases = 0;
        foreach (JsonElement row in Vectors.Load("e2e_capture.json").GetProperty("cases").EnumerateArray())
        {
            if (!row.TryGetProperty("smux_frames", out JsonElement frames))
                continue;
            checkedCases++;
            string name = row.GetProperty("name").GetString()!;
            byte[] captured = row.GetProperty("kcp_stream").GetBytesFromBase64();
            var options = new SmuxOptions { Version = frames[0].GetProperty("ver").GetInt32() };
            var client = new SmuxPeer(options, SmuxRole.Client);
            uint id = client.Open();
            byte[] payload =
                [.. frames.EnumerateArray().SelectMany(frame => frame.GetProperty("payload").GetBytesFromBase64())];

            // A capture may end inside a frame; and with QPP the payload is not what the application wrote.
            byte[] written = row.GetProperty("application_payload").GetBytesFromBase64();
            client.Write(id, written.AsSpan().StartsWith(payload) ? written : payload);
            client.Drain().AsSpan().StartsWith(captured).ShouldBeTrue(name);

            var server = new SmuxPeer(options, SmuxRole.Server);
            server.Feed(captured).ShouldBe(SmuxInputResult.Ok, name);
            server.Opened.ShouldBe([id], name);
            server.Read(id, int.MaxValue).ShouldBe(payload, name);
        }

        checkedCases.ShouldBe(6);
    }

    private static SmuxInputResult ExpectedResult(string name) => name switch
    {
        "wrong version" => SmuxInputResult.WrongVersion,
        "unknown cmd" => SmuxInputResult.UnknownCommand,
        "UPD on v1" => SmuxInputResult.UnexpectedUpdate,
        "UPD wrong length" or "NOP with length" or "SYN with length" or "FIN with length" => SmuxInputResult.BadLength,
        _ => SmuxInputResult.Ok,
    };

    private static void AssertBytes(JsonElement vector, string side, byte[] bytes)
    {
        AssertFrames(vector.GetProperty($"{side}_frames"), bytes);
        Convert.ToHexStringLower(SHA256.HashData(bytes))
            .ShouldBe(vector.GetProperty($"{side}_bytes_sha256").GetString(), side);
    }

    private static void AssertFrames(JsonElement expected, ReadOnlySpan<byte> bytes)
    {
        foreach (JsonElement frame in expected.EnumerateArray())
        {
            ReadOnlySpan<byte> header = bytes[..SmuxFrame.HeaderLength];
            Convert.ToHexStringLower(header).ShouldBe(frame.GetProperty("header").GetString());
            bytes = bytes[SmuxFrame.HeaderLength..];
            if (frame.TryGetProperty("consumed", out JsonElement consumed))
            {
                BinaryPrimitives.ReadUInt32LittleEndian(bytes).ShouldBe(consumed.GetUInt32());
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]).ShouldBe(frame.GetProperty("window").GetUInt32());
            }

            bytes = bytes[frame.GetProperty("len").GetInt32()..];
        }

        bytes.Length.ShouldBe(0, "bytes beyond the expected frames");
    }

    /// <summary>The script of the vectors' description; every step runs to quiescence.</summary>
    private sealed class Conversation(SmuxOptions options) : IDisposable
    {
        private const int ReadSize = 4096;

        private readonly MemoryStream _clientBytes = new();
        private readonly MemoryStream _serverBytes = new();

        public SmuxPeer Client { get; } = new(options, SmuxRole.Client);

        public SmuxPeer Server { get; } = new(options, SmuxRole.Server);

        public byte[] ClientBytes => _clientBytes.ToArray();

        public byte[] ServerBytes => _serverBytes.ToArray();

        public void Dispose()
        {
            _clientBytes.Dispose();
            _serverBytes.Dispose();
        }

        public void Play()
        {
            uint a = Client.Open();
            Send(Client, a, "hello"u8);
            Send(Server, a, ReadAll(Server, a, 5));
            ReadAll(Client, a, 5);

            uint b = Client.Open();
            byte[] payload = Vectors.Lcg(31337, 20000);
            Send(Client, b, payload);
            ReadAll(Server, b, payload.Length).ShouldBe(payload);
            for (int i = 0; i < 4; i++)
            {
                Send(Client, b, payload.AsSpan(0, 10000));
                ReadAll(Server, b, 10000);
            }

            Client.Session.CloseWrite(a);
            Exchange();
            Server.Ended.ShouldBe([a]);
            Send(Server, a, "bye"u8);
            Encoding.ASCII.GetString(ReadAll(Client, a, 3)).ShouldBe("bye");
            Server.Session.CloseWrite(a);
            Exchange();
            Client.Session.Close(b);
            Exchange();
            Server.Session.Close(b);
            Exchange();
        }

        private void Send(SmuxPeer from, uint streamId, ReadOnlySpan<byte> data)
        {
            from.Write(streamId, data);
            Exchange();
        }

        private byte[] ReadAll(SmuxPeer peer, uint streamId, int length)
        {
            var data = new MemoryStream();
            while (data.Length < length)
            {
                byte[] piece = peer.Read(streamId, ReadSize);
                piece.ShouldNotBeEmpty();
                data.Write(piece);
                Exchange();
            }

            return data.ToArray();
        }

        private void Exchange()
        {
            while (Client.Session.HasOutput || Server.Session.HasOutput)
            {
                Transfer(Client, Server, _clientBytes);
                Transfer(Server, Client, _serverBytes);
            }
        }

        private static void Transfer(SmuxPeer from, SmuxPeer to, MemoryStream log)
        {
            byte[] bytes = from.Drain();
            log.Write(bytes);
            to.Feed(bytes).ShouldBe(SmuxInputResult.Ok);
        }
    }
}
