using KcpTun.Sim.Tcp;

namespace KcpTun.Conformance.Sim.Tcp;

/// <summary>What is acknowledged, and when: the examples of the RFCs, and rules of theirs without one.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TcpReceiverTests
{
    [Test]
    public void Rfc_2018_first_case_the_last_four_of_eight_are_lost()
    {
        var example = new Example(5000);
        foreach (long first in (long[])[5000, 5500, 6000, 6500])
            example.Take(first).ShouldBe($"{first + 500}");
    }

    [Test]
    public void Rfc_2018_second_case_the_first_of_eight_is_lost()
    {
        var example = new Example(5000);
        for (long first = 5500; first <= 8500; first += 500)
            example.Take(first).ShouldBe($"5000 5500-{first + 500}");
    }

    [Test]
    public void Rfc_2018_third_case_every_second_of_eight_is_lost()
    {
        var example = new Example(5000);
        example.Take(5000).ShouldBe("5500");
        example.Take(6000).ShouldBe("5500 6000-6500");
        example.Take(7000).ShouldBe("5500 7000-7500 6000-6500");
        example.Take(8000).ShouldBe("5500 8000-8500 7000-7500 6000-6500");
        // The fourth comes late, then the second.
        example.Take(6500).ShouldBe("5500 6000-7500 8000-8500");
        example.Take(5500).ShouldBe("7500 8000-8500");
    }

    [Test]
    public void Rfc_2883_example_1_a_duplicate_of_what_is_acknowledged()
    {
        var example = new Example(3000);
        example.Take(3000).ShouldBe("3500");
        example.Take(3500).ShouldBe("4000");
        example.Take(3000).ShouldBe("4000 3000-3500");
    }

    [Test]
    public void Rfc_2883_example_2_a_duplicate_while_there_is_a_hole()
    {
        var example = new Example(3000);
        example.Take(3000).ShouldBe("3500");
        example.Take(3500).ShouldBe("4000");
        example.Take(4500).ShouldBe("4000 4500-5000");
        example.Take(3000).ShouldBe("4000 3000-3500 4500-5000");
    }

    [Test]
    public void Rfc_2883_example_3_a_duplicate_behind_a_hole()
    {
        var example = new Example(3500);
        example.Take(3500).ShouldBe("4000");
        example.Take(4500).ShouldBe("4000 4500-5000");
        example.Take(5000).ShouldBe("4000 4500-5500");
        example.Take(5000).ShouldBe("4000 5000-5500 4500-5500");
    }

    [Test]
    public void The_block_that_holds_a_duplicate_follows_it_however_old_it_is()
    {
        var example = new Example(1000);
        foreach (long first in (long[])[2000, 3000, 4000, 5000])
            example.Take(first);
        example.Take(2000).ShouldBe("1000 2000-2500 2000-2500 5000-5500");
    }

    [Test]
    public void A_duplicate_is_reported_once()
    {
        var example = new Example(1000);
        example.Take(1000);
        example.Take(1000).ShouldBe("1500 1000-1500");
        example.Take(1500).ShouldBe("2000");
    }

    [Test]
    public void Blocks_that_find_no_room_wait_for_the_next_segment()
    {
        TcpReceiver receiver = Open();
        receiver.Accept(1, TcpFlags.None, new byte[100]);
        receiver.Accept(1, TcpFlags.None, new byte[100]);
        receiver.TakeBlocks([]).ShouldBe(0);
        receiver.HasBlocks.ShouldBeTrue();
        receiver.TakeBlocks(new TcpRange[TcpHeader.MaxBlocks]).ShouldBe(1);
        receiver.HasBlocks.ShouldBeFalse();
    }

    [Test]
    public void Sixteen_segments_are_acknowledged_at_once_and_then_every_second()
    {
        TcpReceiver receiver = Open();
        for (int i = 0; i < 16; i++)
            Next(receiver).ShouldBe(AckNeed.Now, $"segment {i}");
        TakeBlocks(receiver);
        for (int i = 0; i < 5; i++)
        {
            Next(receiver).ShouldBe(AckNeed.Delayed);
            Next(receiver).ShouldBe(AckNeed.Now);
            TakeBlocks(receiver);
        }

        Next(receiver).ShouldBe(AckNeed.Delayed);
        // Data has taken the acknowledgement along.
        TakeBlocks(receiver);
        Next(receiver).ShouldBe(AckNeed.Delayed);
    }

    [Test]
    public void A_hole_and_what_fills_it_are_acknowledged_at_once()
    {
        TcpReceiver receiver = Quiet();
        long hole = receiver.Next;
        receiver.Accept(hole + 100, TcpFlags.None, new byte[100]).ShouldBe(AckNeed.Now);
        receiver.Accept(hole + 300, TcpFlags.None, new byte[100]).ShouldBe(AckNeed.Now);
        TakeBlocks(receiver);
        receiver.Accept(hole, TcpFlags.None, new byte[100]).ShouldBe(AckNeed.Now);
        TakeBlocks(receiver);
        receiver.Next.ShouldBe(hole + 200);
    }

    [Test]
    public void Acknowledgements_are_not_acknowledged() =>
        Open().Accept(1, TcpFlags.Ack, []).ShouldBe(AckNeed.None);

    [Test]
    public void An_end_that_comes_early_ends_the_stream_when_the_rest_is_there()
    {
        TcpReceiver receiver = Open();
        receiver.Accept(201, TcpFlags.Fin, []).ShouldBe(AckNeed.Now);
        Say(receiver, 1).ShouldBe("1 201-202");
        receiver.Accept(101, TcpFlags.None, new byte[100]);
        Say(receiver, 1).ShouldBe("1 101-202");
        receiver.HasEnded.ShouldBeFalse();
        receiver.Accept(1, TcpFlags.None, new byte[100]).ShouldBe(AckNeed.Now);
        receiver.HasEnded.ShouldBeTrue();
        receiver.Next.ShouldBe(202);
        receiver.Ready.ShouldBe(200);
        receiver.Accept(201, TcpFlags.Fin, []).ShouldBe(AckNeed.Now);
        Say(receiver, 1).ShouldBe("202 201-202");
    }

    [Test]
    public void What_comes_out_of_order_is_read_in_order()
    {
        TcpReceiver receiver = Open();
        byte[] content = Support.Vectors.Lcg(3, 1000);
        foreach (int part in (int[])[3, 9, 1, 8, 0, 2, 5, 7, 4, 6, 6, 0])
            receiver.Accept(1 + (100 * part), TcpFlags.None, content.AsSpan(100 * part, 100));
        byte[] read = new byte[2000];
        receiver.Read(read).ShouldBe(1000);
        read[..1000].ShouldBe(content);
    }

    [Test]
    public void The_window_is_not_exceeded_and_its_edge_does_not_go_back()
    {
        const int Size = 64 * 1024;
        TcpReceiver receiver = Open();
        long edge = receiver.Next + receiver.Window;
        edge.ShouldBe(1 + TcpReceiver.BufferBytes);
        // The first is missing until the window is full.
        for (long next = 1 + Size; next < edge; next += Size)
        {
            receiver.Accept(next, TcpFlags.None, new byte[Size]);
            (receiver.Next + receiver.Window).ShouldBe(edge);
        }

        TakeBlocks(receiver);
        receiver.Accept(edge, TcpFlags.None, new byte[1]).ShouldBe(AckNeed.Now);
        Say(receiver, 1).ShouldBe($"1 {1 + Size}-{edge}");
        receiver.Accept(1, TcpFlags.None, new byte[Size]);
        receiver.Window.ShouldBe(0);
        receiver.Accept(edge, TcpFlags.None, new byte[1]).ShouldBe(AckNeed.Now);
        receiver.Next.ShouldBe(edge);
        receiver.Read(new byte[Size]);
        receiver.Window.ShouldBe(Size);
    }

    private static TcpReceiver Open()
    {
        var receiver = new TcpReceiver();
        receiver.Accept(0, TcpFlags.Syn, []).ShouldBe(AckNeed.Now);
        TakeBlocks(receiver);
        receiver.Next.ShouldBe(1);
        return receiver;
    }

    /// <summary>One that does not acknowledge every segment any more.</summary>
    private static TcpReceiver Quiet()
    {
        TcpReceiver receiver = Open();
        for (int i = 0; i < 20; i++)
            Next(receiver);
        TakeBlocks(receiver);
        return receiver;
    }

    private static AckNeed Next(TcpReceiver receiver) =>
        receiver.Accept(receiver.Next, TcpFlags.None, new byte[100]);

    private static void TakeBlocks(TcpReceiver receiver) => receiver.TakeBlocks(new TcpRange[TcpHeader.MaxBlocks]);

    /// <summary>An acknowledgement that leaves now, in words; the stream begins with <paramref name="edge"/>.</summary>
    private static string Say(TcpReceiver receiver, long edge)
    {
        var blocks = new TcpRange[TcpHeader.MaxBlocks];
        int count = receiver.TakeBlocks(blocks);
        return string.Join(
            ' ',
            blocks[..count].Select(block => $"{block.Start + edge - 1}-{block.End + edge - 1}")
                .Prepend($"{receiver.Next + edge - 1}"));
    }

    /// <summary>Segments of 500 bytes, counted as the RFC counts them.</summary>
    private sealed class Example(long edge)
    {
        private readonly TcpReceiver _receiver = Open();

        /// <returns>The acknowledgement, and the blocks in their order.</returns>
        public string Take(long first)
        {
            _receiver.Accept(first - edge + 1, TcpFlags.None, new byte[500]).ShouldBe(AckNeed.Now);
            return Say(_receiver, edge);
        }
    }
}
