using KcpTun.Conformance.Sim.Reports;
using KcpTun.Sim.Links;
using KcpTun.Sim.Metrics;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Metrics;

/// <summary>What bytes on the wire were for, and which retransmissions were needless.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class WireAccountsTests
{
    private const int Envelope = 20;
    private const PathDirection Up = PathDirection.Up;

    private readonly record struct Parts(long Payload, long Header, long Parity, long Again, long Ack);

    private static Parts Of(params byte[][] packets)
    {
        var accounts = new WireAccounts(Envelope);
        foreach (byte[] packet in packets)
            accounts.OnSent(Up, Envelope + packet.Length, packet);
        var parts = new Parts(
            accounts.PayloadBytes, accounts.HeaderBytes, accounts.ParityBytes, accounts.RetransmittedBytes,
            accounts.AckBytes);
        (parts.Payload + parts.Header + parts.Parity + parts.Again + parts.Ack).ShouldBe(accounts.Bytes);
        accounts.Datagrams.ShouldBe(packets.Length);
        return parts;
    }

    private static byte[] Push(uint sn, int length = 100) => WireScript.Push(sn, 0, new byte[length]);

    [Test]
    public void A_datagrams_headers_belong_to_the_noblest_thing_it_carries()
    {
        byte[] ack = WireScript.Ack(0, 0, 0);
        Of(Push(0)).ShouldBe(new Parts(100, 28 + 20 + 24, 0, 0, 0));
        Of(ack).ShouldBe(new Parts(0, 0, 0, 0, 28 + 20 + 24));
        Of([.. ack, .. Push(0)]).ShouldBe(new Parts(100, 28 + 20 + 24, 0, 0, 24));
        Of(Push(0), Push(0)).ShouldBe(new Parts(100, 28 + 20 + 24, 0, 28 + 20 + 124, 0));
        Of(Push(0), [.. Push(0), .. Push(1, 50)]).ShouldBe(new Parts(150, 2 * 72, 0, 124, 0));
        Of(WireScript.FecData(0, Push(0))).ShouldBe(new Parts(100, 28 + 20 + 8 + 24, 0, 0, 0));
        Of(WireScript.FecParity(1, 132)).ShouldBe(new Parts(0, 0, 28 + 20 + 8 + 132, 0, 0));
        Of(Array.Empty<byte>()).ShouldBe(new Parts(0, 0, 0, 0, 48), "what does not open carries nothing");
    }

    /// <summary>
    /// S sends the segment once more, a digit delivers that transmission of it: 0 is the first.
    /// </summary>
    [TestCase("S 0", 0, 0)]
    [TestCase("S S 1", 0, 0, Description = "the first was lost, the second needed")]
    [TestCase("S 0 S", 1, 0, Description = "sent again after it had arrived")]
    [TestCase("S 0 S 1", 1, 1)]
    [TestCase("S S 0", 1, 0, Description = "sent again while it was on its way")]
    [TestCase("S S 0 1", 1, 1)]
    [TestCase("S S 1 0", 1, 1, Description = "the second overtook the first")]
    [TestCase("S S S 2", 0, 0)]
    [TestCase("S S S 1", 1, 0)]
    [TestCase("S S S 2 0", 2, 1)]
    [TestCase("S S S 2 1 0", 2, 2)]
    [TestCase("S S S 0 1 2", 2, 2)]
    [TestCase("S 0 0", 0, 1, Description = "a copy that the path made")]
    [TestCase("S S", 0, 0, Description = "neither arrived")]
    [TestCase("S S 1 S", 1, 0)]
    public void Needless_transmissions_are_counted_exactly(string script, int spurious, int repeated)
    {
        var accounts = new WireAccounts(Envelope);
        var sent = new List<PacketTruth>();
        foreach (string step in script.Split(' '))
        {
            if (step == "S")
                sent.Add(accounts.OnSent(Up, 144, Push(0)));
            else
                accounts.OnDelivered(Up, sent[step[0] - '0']);
        }

        (accounts.Spurious, accounts.Repeated).ShouldBe((spurious, repeated));
    }

    [Test]
    public void Directions_and_conversations_are_apart()
    {
        var accounts = new WireAccounts(Envelope);
        foreach (PathDirection direction in new[] { Up, PathDirection.Down })
        {
            foreach (uint conversation in new uint[] { 1, 2 })
                accounts.OnSent(direction, 100, WireScript.Push(0, 0, new byte[9], conversation));
        }

        (accounts.RetransmittedBytes, accounts.PayloadBytes, accounts.TakeRetransmitted()).ShouldBe((0, 36, 0));
    }

    [Test]
    public void What_was_retransmitted_is_taken_once()
    {
        var accounts = new WireAccounts(Envelope);
        accounts.OnSent(Up, 144, Push(0));
        accounts.OnSent(Up, 144, Push(0));
        accounts.TakeRetransmitted().ShouldBe(172);
        accounts.TakeRetransmitted().ShouldBe(0);
    }

    [Test]
    public void Hostile_numbers_and_lengths_cost_nothing()
    {
        var accounts = new WireAccounts(Envelope);
        accounts.OnSent(Up, 144, Push(uint.MaxValue));
        accounts.OnSent(Up, 144, Push(1_000_000));
        accounts.OnSent(Up, 43, Push(0).AsSpan(0, 23));
        accounts.OnSent(Up, 100, Push(0).AsSpan(0, 80));
        accounts.RetransmittedBytes.ShouldBe(0);
        accounts.OnDelivered(Up, default);
    }

    [TestCase("--mode normal --fec 0/0 --loss 15 --rtt 80 --workload bulk:256KiB")]
    [TestCase("--mode fast3 --fec 10/3 --loss 20 --rtt 80 --workload mixed:bulk:128KiB+echo:64B,n=20")]
    [TestCase("--mode fast2 --fec 3/2 --crypt aes-128-gcm --dup 10 --jitter 20ms,reorder --rtt 80 --workload web:10")]
    [TestCase("--mode fast --fec 0/0 --crypt null --corrupt 3,truncate --rtt 30 --tuncrypt --workload short:5x8KiB")]
    [TestCase("--mode fast2 --fec 0/0 --rate 2mbit --queue 20p --rtt 40 --workload bulk:256KiB,up")]
    public void The_parts_of_a_run_add_up(string line)
    {
        SimTest run = SimTest.Run(line);
        WireMetrics wire = run.Result.Wire;
        long sum = wire.PayloadBytes + wire.HeaderBytes + wire.ParityBytes + wire.TimeoutBytes + wire.FastBytes
            + wire.EarlyBytes + wire.AckBytes;
        run.Should(_ => sum == wire.Bytes, $"the parts add up to {sum}, there are {wire.Bytes} bytes");
        // Compression has nothing to gain here, so the mux carries every byte and then some.
        run.Should(result => wire.PayloadBytes >= result.DeliveredBytes, "less payload than was delivered");
        run.Should(result => result.Retransmits.Spurious <= result.Retransmits.Total, "more spurious than in all");
    }

    [Test]
    public void Without_loss_nothing_is_retransmitted_and_nothing_spurious()
    {
        SimTest run = SimTest.Run("--mode fast3 --fec 10/3 --rtt 100 --workload mixed:bulk:256KiB+echo:64B,n=20")
            .ShouldComplete();
        run.Should(result => result.Retransmits is { Total: 0, Spurious: 0 }, "retransmissions on a perfect wire");
        run.Should(result => result.Fec is { Recovered: 0, Useless: 0, Late: 0, Parity: > 0 }, "FEC had work to do");
        run.Should(result => result.Wire.Drops.Count == 0, "losses on a perfect wire");
    }

    [Test]
    public void Of_one_exact_loss_the_single_retransmission_is_not_spurious()
    {
        const string Line = "--mode fast --fec 0/0 --rtt 100 --workload echo:64B,n=30,every=300ms";
        var log = new SegmentLog();
        SimTest.Run(Line, log);
        long datagram = log.Pushes(PathDirection.Down).ElementAt(10).Datagram;
        SimTest run = SimTest.Run($"{Line} --drop down={datagram}").ShouldComplete();
        run.Should(result => result.Retransmits is { Total: 1, Spurious: 0 }, "not exactly one");
        run.Should(result => result.Wire.Drops.Single() is { Key: DropReason.Listed, Value: 1 }, "not exactly one");
    }

    [Test]
    public void A_lost_acknowledgement_makes_a_retransmission_spurious()
    {
        // The far end of an upward transfer sends nothing but acknowledgements: a blackout of that way loses no data.
        SimTest run = SimTest.Run(
            "--mode fast --fec 0/0 --rtt 100 --blackout down=at=500ms,for=2s --workload bulk:1MiB,up").ShouldComplete();
        run.Should(
            result => result.Retransmits.Timeout > 0 && result.Retransmits.Spurious == result.Retransmits.Total,
            "every retransmission should be spurious");
    }

    [Test]
    public void FEC_repairs_are_told_apart()
    {
        SimTest run = SimTest.Run("--mode normal --fec 10/3 --loss 5 --rtt 200 --workload bulk:1MiB").ShouldComplete();
        run.Should(result => result.Fec.Recovered > 10, "FEC repaired next to nothing");
        run.Should(result => result.Fec.Useless <= result.Fec.Recovered, "more useless than recovered");
        run.Should(
            result => result.Fec.Late <= result.Retransmits.Total,
            "without jitter only what was sent again comes after it was rebuilt");
    }
}
