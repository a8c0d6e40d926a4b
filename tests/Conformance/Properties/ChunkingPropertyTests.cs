using CsCheck;
using KcpTun.Conformance.Smux;
using KcpTun.Conformance.Support;
using KcpTun.Qpp;
using KcpTun.Smux;
using KcpTun.Snappy;

namespace KcpTun.Conformance.Properties;

/// <summary>Every stream is the same however its bytes are cut on the way.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ChunkingPropertyTests
{
    [Test]
    public void Snappy() => Gen.Select(ByteStreams.Writes, ByteStreams.Cuts).Sample(
        (writes, cuts) =>
        {
            byte[] stream = ByteStreams.Compress(new SnappyFrameWriter(), writes);
            return ByteStreams.Decompress(stream, cuts).AsSpan().SequenceEqual(ByteStreams.Join(writes));
        },
        iter: 300);

    [Test]
    public void Qpp()
    {
        var pads = new QppPads("chunks"u8, 7);
        Gen.Select(Gen.Byte.Array[0, 5000], ByteStreams.Cuts, ByteStreams.Cuts).Sample(
            (data, written, read) =>
            {
                var sender = new QppKeystream(pads, "chunks"u8);
                var receiver = new QppKeystream(pads, "chunks"u8);
                byte[][] encrypted = [.. ByteStreams.Cut(data, written)];
                foreach (byte[] piece in encrypted)
                    sender.Encrypt(piece);
                byte[][] decrypted = [.. ByteStreams.Cut(ByteStreams.Join(encrypted), read)];
                foreach (byte[] piece in decrypted)
                    receiver.Decrypt(piece);
                return ByteStreams.Join(decrypted).AsSpan().SequenceEqual(data);
            },
            iter: 300);
    }

    /// <summary>The stack of a tunnel: frames of several streams, compressed, in pieces that respect nothing.</summary>
    [Test]
    public void Smux_over_snappy([Values(1, 2)] int version) => Gen.Select(
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 30_000]).Array[1, 12],
        Gen.Int[100, 65535],
        ByteStreams.Cuts,
        Gen.UInt).Sample(
            (writes, frameSize, cuts, seed) =>
            {
                var options = new SmuxOptions { Version = version, FrameSize = frameSize };
                var tunnel = new CutTunnel(options, cuts);
                byte[][] expected = [[], [], [], []];
                foreach ((int stream, int length) in writes)
                {
                    byte[] data = Vectors.Lcg(seed++, length);
                    expected[stream] = [.. expected[stream], .. data];
                    tunnel.Send(stream, data);
                }

                return tunnel.Received.Select((data, i) => data.ToArray().AsSpan().SequenceEqual(expected[i]))
                    .All(isWhole => isWhole);
            },
            iter: 100);

    /// <summary>Four streams from a client to a server; the bytes of both directions are cut alike.</summary>
    private sealed class CutTunnel
    {
        private readonly SmuxPeer _client;
        private readonly SmuxPeer _server;
        private readonly SnappyFrameWriter[] _writers = [new(), new()];
        private readonly SnappyFrameReader[] _readers = [new(), new()];
        private readonly int[] _cuts;
        private readonly uint[] _ids;

        public CutTunnel(SmuxOptions options, int[] cuts)
        {
            _client = new SmuxPeer(options, SmuxRole.Client);
            _server = new SmuxPeer(options, SmuxRole.Server);
            _cuts = cuts;
            _ids = [.. Enumerable.Range(0, 4).Select(_ => _client.Open())];
        }

        public List<byte>[] Received { get; } = [[], [], [], []];

        public void Send(int stream, byte[] data)
        {
            _client.Write(_ids[stream], data);
            while (_client.Session.HasOutput || _server.Session.HasOutput)
            {
                Carry(_client, _server, 0);
                for (int i = 0; i < _ids.Length; i++)
                    Received[i].AddRange(_server.Read(_ids[i], int.MaxValue));
                Carry(_server, _client, 1);
            }
        }

        private void Carry(SmuxPeer from, SmuxPeer to, int direction)
        {
            byte[] stream = ByteStreams.Compress(_writers[direction], from.Drain());
            foreach (byte[] piece in ByteStreams.Cut(stream, _cuts))
            {
                foreach (byte[] chunk in ByteStreams.Chunks(_readers[direction], piece))
                {
                    foreach (byte[] part in ByteStreams.Cut(chunk, _cuts))
                        to.Feed(part).ShouldBe(SmuxInputResult.Ok);
                }
            }
        }
    }
}
