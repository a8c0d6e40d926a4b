using KcpTun.Sim.Links;
using KcpTun.Sim.Reports;
using KcpTun.Smux;
using KcpTun.Snappy;

namespace KcpTun.Conformance.Sim.Reports;

/// <summary>What tshark reads with our dissector is what was written.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class DissectorTests
{
    [Test]
    public void Every_segment_of_a_packet_has_its_fields()
    {
        byte[] packet = [.. WireScript.Ack(41, 1000, 42), .. WireScript.Push(9, 1100, "abc"u8)];

        Tshark.Fields(
            script => script.Pass(PathDirection.Up, 0, packet),
            "kcptun.kcp.sn",
            "kcptun.kcp.conv", "kcptun.kcp.cmd", "kcptun.kcp.wnd", "kcptun.kcp.ts", "kcptun.kcp.sn", "kcptun.kcp.una",
            "kcptun.kcp.len")
            .ShouldBe(["0x00000007,0x00000007\t82,81\t128,128\t1000,1100\t41,9\t42,0\t0,3"]);
    }

    [Test]
    public void Fec_headers_are_read_and_data_packets_go_on_to_kcp()
    {
        byte[] data = WireScript.FecData(30, WireScript.Push(4, 0, "abc"u8));

        Tshark.Fields(
            script =>
            {
                script.Pass(PathDirection.Up, 0, data);
                script.Pass(PathDirection.Up, 1, WireScript.FecParity(33, 40));
            },
            "kcptun.fec.seqid",
            "kcptun.fec.seqid", "kcptun.fec.type", "kcptun.fec.size", "kcptun.kcp.sn")
            .ShouldBe(["30\t0x00f1\t29\t4", "33\t0x00f2\t\t"]);
    }

    [Test]
    public void A_segment_sent_again_names_its_first_frame_and_a_copy_is_not_one()
    {
        byte[] first = WireScript.Push(0, 100, "abc"u8);
        byte[] again = WireScript.Push(0, 300, "abc"u8);

        Tshark.Fields(
            script =>
            {
                script.Drop(PathDirection.Up, 0, script.Send(PathDirection.Up, 0, first), first, DropReason.Random);
                long sent = script.Send(PathDirection.Up, 200, again);
                script.Deliver(PathDirection.Up, 250, sent, again);
                script.Deliver(PathDirection.Up, 251, sent, again, isCopy: true);
            },
            "kcptun.kcp.sn",
            "frame.number", "kcptun.kcp.retransmission", "kcptun.kcp.duplicate", "kcptun.kcp.first_frame",
            "frame.comment")
            .ShouldBe(["2\t\t\t\tDROP random loss (#0)", "4\t1\t\t2\t", "6\t\t1\t2\tDUPLICATE (#1)"]);
    }

    [Test]
    public void Frames_are_put_together_from_segments_that_came_out_of_order()
    {
        byte[] stream =
        [
            .. WireScript.Frame(SmuxCommand.Syn, 3, []),
            .. WireScript.Frame(SmuxCommand.Psh, 3, "hello, world"u8),
            .. WireScript.Frame(SmuxCommand.Upd, 3, [1, 0, 0, 0, 0, 0, 4, 0]),
        ];

        string[] lines = Tshark.Fields(
            script =>
            {
                script.Pass(PathDirection.Up, 0, WireScript.Push(0, 0, stream.AsSpan(0, 13)));
                script.Pass(PathDirection.Up, 100, WireScript.Push(2, 0, stream.AsSpan(25)));
                script.Pass(PathDirection.Up, 200, WireScript.Push(1, 0, stream.AsSpan(13, 12)));
            },
            "kcptun.kcp.sn",
            "kcptun.smux.cmd", "kcptun.smux.stream", "kcptun.smux.len", "kcptun.smux.data", "kcptun.smux.window");

        lines[0].ShouldBe("0\t3\t0\t\t");
        lines[1].Trim('\t').ShouldBeEmpty();
        lines[2].ShouldBe($"2,4\t3,3\t12,8\t{Convert.ToHexStringLower("hello, world"u8)}\t262144");
    }

    [Test]
    public void Compressed_streams_are_expanded()
    {
        byte[] text = new byte[3000];
        for (int i = 0; i < text.Length; i++)
            text[i] = (byte)("kcptun over kcp"[i % 15] + (i / 700));
        byte[][] frames =
        [
            WireScript.Frame(SmuxCommand.Syn, 3, []),
            WireScript.Frame(SmuxCommand.Psh, 3, text),
            WireScript.Frame(SmuxCommand.Psh, 3, Support.Vectors.Lcg(5, 500)),
        ];
        var writer = new SnappyFrameWriter();
        List<byte> packed = [];
        byte[] room = new byte[SnappyFrameWriter.MaxEncodedLength(4096)];
        foreach (byte[] frame in frames)
            packed.AddRange(room.AsSpan(0, writer.Write(frame, room)).ToArray());
        byte[] bytes = [.. packed];

        string[] lines = Tshark.Fields(
            script =>
            {
                for (int at = 0, sn = 0; at < bytes.Length; at += 100, sn++)
                {
                    ReadOnlySpan<byte> piece = bytes.AsSpan(at, Math.Min(100, bytes.Length - at));
                    script.Pass(PathDirection.Down, sn, WireScript.Push((uint)sn, (uint)sn, piece));
                }
            },
            "kcptun.smux.cmd",
            "kcptun.smux.cmd", "kcptun.smux.data");

        string read = string.Join('\n', lines);
        read.ShouldContain(Convert.ToHexStringLower(text));
        read.ShouldContain(Convert.ToHexStringLower(frames[2].AsSpan(SmuxFrame.HeaderLength)));
        bytes.Length.ShouldBeLessThan(3000);
    }

    [Test]
    public void Sealed_datagrams_are_not_taken_for_packets() =>
        Tshark.Fields(
            script => script.Pass(PathDirection.Up, 0, WireScript.Push(0, 0, "abc"u8)),
            "kcptun",
            "frame.interface_name")
            .ShouldBe(["up plain"]);

    [TestCase(0, TestName = "Unencrypted_traffic_is_recognised_without_envelope")]
    [TestCase(20, TestName = "Unencrypted_traffic_is_recognised_behind_nonce_and_checksum")]
    public void Unencrypted_traffic_is_recognised(int envelope) =>
        Tshark.Fields(
            script =>
            {
                script.Seal = packet => [.. Support.Vectors.Lcg(9, envelope), .. packet];
                script.Send(PathDirection.Up, 0, WireScript.FecData(0, WireScript.Push(0, 0, "abc"u8)));
                script.Send(PathDirection.Up, 1, WireScript.FecParity(1, 37));
                script.Send(PathDirection.Up, 2, WireScript.Ack(5, 0, 6));
            },
            "kcptun",
            "kcptun.fec.seqid", "kcptun.kcp.sn")
            .ShouldBe(["0\t0", "1\t", "\t5"]);

    [Test]
    public void The_script_does_not_overwrite_one_that_is_there()
    {
        string folder = Directory.CreateTempSubdirectory("kcptun-sim-").FullName;
        try
        {
            string capture = Path.Combine(folder, "capture.pcapng");
            string script = LuaDissector.WriteBeside(capture);
            File.ReadAllText(script).ShouldBe(LuaDissector.Text);
            File.WriteAllText(script, "-- mine");
            LuaDissector.WriteBeside(capture).ShouldBe(script);
            File.ReadAllText(script).ShouldBe("-- mine");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
