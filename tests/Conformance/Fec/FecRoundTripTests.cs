using CsCheck;
using KcpTun.Conformance.Support;
using KcpTun.Fec;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Fec;

/// <summary>Encoder and decoder together, on good and on bad lines.</summary>
public sealed class FecRoundTripTests
{
    [TestCase(10, 3)]
    [TestCase(1, 1)]
    [TestCase(1, 5)]
    [TestCase(20, 7)]
    [TestCase(4, 4)]
    [TestCase(128, 128)]
    [TestCase(255, 1)]
    public void Any_loss_up_to_the_parity_is_made_good(int dataShards, int parityShards)
    {
        int shards = dataShards + parityShards;
        var groups = Gen.Select(Gen.Int[0, parityShards], Gen.Shuffle(Enumerable.Range(0, shards).ToArray()), Gen.UInt);
        var random = new PCG(1, (ulong)shards);
        for (int i = 0; i < 4000 / shards; i++)
        {
            (int lost, int[] order, uint seed) = groups.Generate(random, null, out _);
            (byte[][] payloads, byte[][] wire) = Group(dataShards, parityShards, seed);
            var decoder = new FecDecoder(
                dataShards, parityShards, new SnmpCounters(), FecVectors.NewPool(), FecTrust.Blind);
            HashSet<string> received = [];
            foreach (int position in order.Skip(lost))
            {
                if (position < dataShards)
                    received.Add(Convert.ToHexString(wire[position].AsSpan(FecHeader.Length)));
                decoder.Decode(wire[position]);
                received.UnionWith(decoder.RecoveredPackets().Select(Convert.ToHexString));
            }

            received.SetEquals(payloads.Select(Convert.ToHexString)).ShouldBeTrue(
                $"lost {string.Join(' ', order.Take(lost))}, then {string.Join(' ', order.Skip(lost))}, seed {seed}");
        }
    }

    [Test]
    public void Stream_with_one_loss_in_ten_is_whole_across_the_wrap()
    {
        uint first = FecHeader.SequenceLimit(13) - (13 * 50);
        var encoder = new FecEncoder(10, 3, FecVectors.MaxPacketLength, firstSequence: first);
        var counters = new SnmpCounters();
        PacketPool pool = FecVectors.NewPool();
        var decoder = new FecDecoder(10, 3, counters, pool);
        // A decoder expects a stream to begin at 0: lead it up to here in steps of less than half the number space.
        for (uint step = 1; step < 4; step++)
            decoder.Decode(FecVectors.Packet(first / 4 / 13 * 13 * step, FecHeader.DataType));
        int sent = 0, received = 0, passed = 0;
        for (uint i = 0; i < 1000; i++)
        {
            foreach (byte[] packet in encoder.Send(Vectors.Lcg(i, 24 + (int)(i % 1000)), Instant.Zero))
            {
                sent++;
                if (sent % 10 == 3)
                    continue;
                received += FecHeader.ReadType(packet) == FecHeader.DataType ? 1 : 0;
                received += decoder.Decode(packet);
                passed++;
                pool.Outstanding.ShouldBeLessThanOrEqualTo(FecDecoder.MaxOpenGroups * 10);
            }
        }

        passed.ShouldBe(sent - (sent / 10));
        received.ShouldBe(1000);
        decoder.IsTuning.ShouldBeFalse();
    }

    [Test]
    public void Receiver_without_configuration_learns_every_shape_that_fits_its_window()
    {
        foreach ((int data, int parity) in new[] { (10, 3), (2, 1), (3, 7), (30, 10), (70, 30), (1, 2) })
        {
            var encoder = new FecEncoder(data, parity, FecVectors.MaxPacketLength, FecDialect.Release2021);
            var decoder = new FecDecoder(new SnmpCounters(), FecVectors.NewPool());
            for (uint i = 0; i < 3 * data; i++)
            {
                foreach (byte[] packet in encoder.Send(new byte[24], Instant.Zero))
                    decoder.Decode(packet);
            }

            (decoder.DataShards, decoder.ParityShards, decoder.IsTuning).ShouldBe((data, parity, false));
        }
    }

    [TestCase(1u, 10, 3, FecTrust.Evidence)]
    [TestCase(1u, 10, 3, FecTrust.Blind)]
    [TestCase(2u, 1, 1, FecTrust.Evidence)]
    [TestCase(3u, 128, 128, FecTrust.Evidence)]
    [TestCase(3u, 128, 128, FecTrust.Blind)]
    [TestCase(4u, 2, 6, FecTrust.Evidence)]
    public void Hostile_packets_never_throw_and_never_grow_memory(
        uint seed, int dataShards, int parityShards, FecTrust trust)
    {
        PacketPool pool = FecVectors.NewPool();
        var decoder = new FecDecoder(dataShards, parityShards, new SnmpCounters(), pool, trust);
        byte[] noise = Vectors.Lcg(seed, 80_000 * 8);
        byte[] packet = new byte[FecHeader.MaxPacketLength + 10];
        for (int i = 0; i < noise.Length; i += 8)
        {
            uint sequence = noise[i] switch
            {
                < 60 => BitConverter.ToUInt32(noise, i + 1),
                < 80 => uint.MaxValue - noise[i + 1],
                < 100 => 0x7FFF_FF00u + BitConverter.ToUInt16(noise, i + 1),
                < 180 => BitConverter.ToUInt16(noise, i + 1),
                _ => noise[i + 1],
            };
            int length = noise[i + 5] < 250 ? 6 + (noise[i + 5] % 40) : noise[i + 6] * packet.Length / 255;
            noise.AsSpan(i, 8).CopyTo(packet.AsSpan(8));
            FecHeader.Write(packet, sequence, (ushort)(0xF0 + (noise[i + 6] % 5)));
            if (noise[i + 7] < 128)
                FecHeader.Write(packet, sequence, TypeThatFits(decoder, sequence));
            int recovered = decoder.Decode(packet.AsSpan(0, length));
            recovered.ShouldBeLessThanOrEqualTo(FecDecoder.MaxOpenGroups * decoder.DataShards);
            for (int k = 0; k < recovered; k++)
                decoder.Recovered(k).Length.ShouldBeLessThan(FecHeader.MaxPacketLength);
            int kept = decoder.DataShards + (decoder.IsConfirmed ? 0 : decoder.ParityShards);
            pool.Outstanding.ShouldBeLessThanOrEqualTo(FecDecoder.MaxOpenGroups * kept);
        }

        decoder.Release();
        pool.Outstanding.ShouldBe(0);
    }

    [Test]
    public void Peer_that_keeps_changing_its_shape_holds_no_memory()
    {
        PacketPool pool = FecVectors.NewPool();
        var counters = new SnmpCounters();
        var decoder = new FecDecoder(1, 1, counters, pool);
        uint sequence = 0;
        HashSet<(int, int)> shapes = [];
        for (int round = 0; round < 400; round++)
        {
            int data = 1 + (round * 7 % 60);
            int parity = 1 + (round * 5 % 40);
            for (int i = 0; i < 3 * (data + parity); i++, sequence++)
            {
                bool isData = i % (data + parity) < data;
                decoder.Decode(
                    FecVectors.Packet(sequence, isData ? FecHeader.DataType : FecHeader.ParityType, 30 + (i % 9)));
                pool.Outstanding.ShouldBeLessThanOrEqualTo(FecDecoder.MaxOpenGroups * decoder.DataShards);
            }

            shapes.Add((decoder.DataShards, decoder.ParityShards));
        }

        shapes.Count.ShouldBeGreaterThan(50);
        decoder.Release();
        pool.Outstanding.ShouldBe(0);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Decoding_allocates_nothing_once_it_runs(bool isLossy)
    {
        var encoder = new FecEncoder(10, 3, FecVectors.MaxPacketLength);
        List<byte[]> wire = [];
        for (uint i = 0; i < 400; i++)
            wire.AddRange(encoder.Send(Vectors.Lcg(i, 1300), Instant.Zero));
        if (isLossy)
            wire = [.. wire.Where((_, i) => i % 13 != 4 && i % 26 != 9)];
        var counters = new SnmpCounters();
        var decoder = new FecDecoder(10, 3, counters, FecVectors.NewPool());
        int half = wire.Count / 2;
        for (int i = 0; i < half; i++)
            decoder.Decode(wire[i]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = half; i < wire.Count; i++)
            decoder.Decode(wire[i]);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        counters.FecRecovered.ShouldBe(isLossy ? 60 : 0);
    }

    private static ushort TypeThatFits(FecDecoder decoder, uint sequence)
    {
        uint position = sequence % (uint)(decoder.DataShards + decoder.ParityShards);
        return position < decoder.DataShards ? FecHeader.DataType : FecHeader.ParityType;
    }

    private static (byte[][] Payloads, byte[][] Wire) Group(int dataShards, int parityShards, uint seed)
    {
        var encoder = new FecEncoder(dataShards, parityShards, FecVectors.MaxPacketLength, FecDialect.Release2021);
        List<byte[]> payloads = [];
        List<byte[]> wire = [];
        for (uint i = 0; i < dataShards; i++)
        {
            payloads.Add(Vectors.Lcg(unchecked(seed + i), 24 + (int)((seed + (i * 37)) % 200)));
            wire.AddRange(encoder.Send(payloads[^1], Instant.Zero));
        }

        return ([.. payloads], [.. wire]);
    }
}
