using System.Globalization;
using KcpTun.Sim.Links;
using KcpTun.Sim.Tcp;

namespace KcpTun.Conformance.Sim.Reports;

/// <summary>What tshark reads of plain TCP in a capture.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TcpCaptureTests
{
    private const string Path = "--mode fast --fec 0/0 --rtt 40";
    private const string Upload = $"{Path} --loss 5 --workload tcp:bulk:256KiB,up";

    private static string[] Read(string line, string filter, params string[] fields)
    {
        SimTest? run = null;
        string[] lines = Tshark.FieldsOf(observer => run = SimTest.Run(line, observer), filter, fields);
        run!.ShouldComplete();
        return lines;
    }

    [Test]
    public void Every_packet_of_a_run_is_well_formed_and_has_the_right_checksums()
    {
        Read(Upload, "tcp && frame.interface_name == \"up wire\"", "tcp.stream").Length.ShouldBeGreaterThan(180);
        Read(Upload, "!tcp || ip.checksum.status != 1 || tcp.checksum.status != 1 || _ws.malformed",
            "frame.number").ShouldBeEmpty();
    }

    [Test]
    public void Its_analysis_misses_nothing_and_sees_what_was_sent_again()
    {
        Read(Upload, "tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment || tcp.analysis.window_full",
            "frame.number").ShouldBeEmpty();
        string[] lost = Read(Upload, "frame.comment contains \"DROP\" && tcp.len > 0", "tcp.seq_raw");
        string[] again = Read(Upload, "tcp.analysis.retransmission", "tcp.seq_raw");
        lost.ShouldNotBeEmpty();
        lost.Distinct().ShouldBeSubsetOf(again);
    }

    [Test]
    public void The_bytes_of_a_stream_are_numbered_without_a_gap()
    {
        (long Start, int Length)[] up =
        [
            .. Read(Upload, "tcp.len > 0 && tcp.dstport == 8388", "tcp.seq_raw", "tcp.len")
                .Select(line => line.Split('\t'))
                .Select(parts => (Number(parts[0]), (int)Number(parts[1]))),
        ];
        long next = 1;
        foreach ((long start, int length) in up.Distinct().OrderBy(segment => segment.Start))
        {
            start.ShouldBe(next);
            next += length;
        }

        next.ShouldBeGreaterThan(256 * 1024);
    }

    [Test]
    public void A_SYN_says_what_it_offers_and_windows_are_scaled()
    {
        string[] lines = Read(
            $"{Path} --workload tcp:echo:64B,n=1", "tcp", "tcp.flags", "tcp.options.mss_val",
            "tcp.options.wscale.shift", "tcp.hdr_len", "tcp.window_size");
        lines[0].ShouldBe($"0x0002\t1460\t7\t40\t{ushort.MaxValue}");
        lines[1].ShouldBe($"0x0012\t1460\t7\t40\t{ushort.MaxValue}");
        lines[2].ShouldBe($"0x0010\t\t\t32\t{TcpReceiver.BufferBytes}");
    }

    [Test]
    public void Blocks_are_read_as_they_were_written()
    {
        TcpRange[] blocks = [new(3001, 4001), new(5001, 5501), new(9001, 10001)];
        var header = new TcpHeader(77, 2001, 1 << 20, TcpFlags.Ack, blocks.Length);
        byte[] segment = new byte[header.Length];
        header.Write(segment, blocks);
        Tshark.FieldsOf(
            observer => new WireScript(observer) { Transport = Transport.Tcp }.Pass(
                PathDirection.Down, 5, segment),
            "tcp",
            "frame.interface_name", "tcp.seq_raw", "tcp.ack_raw", "tcp.options.sack_le", "tcp.options.sack_re",
            "tcp.options.timestamp.tsval", "tcp.hdr_len", "tcp.checksum.status")
            .ShouldBe(["down wire\t77\t2001\t3001,5001,9001\t4001,5501,10001\t5\t60\t1"]);
    }

    [Test]
    public void What_the_path_has_damaged_has_a_wrong_checksum_and_nothing_else_has()
    {
        const string Damaged = $"{Path} --corrupt 10 --workload tcp:bulk:256KiB";
        string[] bad = Read(Damaged, "tcp.checksum.status == 0", "frame.comment");
        bad.ShouldNotBeEmpty();
        bad.ShouldAllBe(comment => comment.StartsWith("CORRUPTED"));
        Read(Damaged, "frame.comment contains \"CORRUPTED\" && tcp.checksum.status != 0", "frame.number")
            .ShouldBeEmpty();
    }

    [Test]
    public void A_packet_is_as_long_as_the_path_takes_it_to_be()
    {
        int[] lengths = [.. Read(Upload, "tcp", "frame.len").Select(length => (int)Number(length))];
        lengths.Max().ShouldBe(1500);
        lengths.Min().ShouldBe(52);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
