using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Smux;

namespace KcpTun.Conformance.Smux;

public sealed class FrameSchedulerTests
{
    [Test]
    public void Frames_leave_in_the_order_of_the_vectors()
    {
        foreach (JsonElement row in Vectors.Load("smux.json").GetProperty("scheduler").EnumerateArray())
        {
            JsonElement popAfter = row.GetProperty("pop_after_push_index");
            int[] popIndexes = popAfter.ValueKind == JsonValueKind.Null
                ? []
                : [.. popAfter.EnumerateArray().Select(index => index.GetInt32())];
            FrameToken[] expected = [.. row.GetProperty("pops").EnumerateArray().Select(Token)];
            Replay([.. row.GetProperty("push").EnumerateArray().Select(Token)], popIndexes).ToArray()
                .ShouldBe(expected, row.GetProperty("name").GetString()!);
        }
    }

    [Test]
    public void A_stream_that_joins_waits_behind_all_others_and_a_served_one_behind_it()
    {
        FrameToken[] pushes =
        [
            new(3, FrameClass.Data, 1),
            new(3, FrameClass.Data, 2),
            new(5, FrameClass.Data, 3),
            new(7, FrameClass.Data, 4),
        ];
        Replay(pushes, popIndexes: [2]).Select(token => token.StreamId).ShouldBe([3u, 5, 3, 7]);
    }

    [Test]
    public void A_token_that_comes_late_takes_its_place_in_the_middle()
    {
        uint[] sequences = [10, 40, 20, 30, 5, 50, 25];
        FrameToken[] pushes = [.. sequences.Select(sequence => new FrameToken(3, FrameClass.Data, sequence))];
        Replay(pushes, []).Select(token => token.Sequence).ShouldBe([5u, 10, 20, 25, 30, 40, 50]);
    }

    [Test]
    public void Ten_thousand_streams_take_turns()
    {
        const int Streams = 10_000;
        const int Rounds = 5;
        var scheduler = new FrameScheduler();
        uint sequence = uint.MaxValue - Streams;
        for (uint id = 0; id < Streams; id++)
        {
            var queue = new FrameQueue(id);
            for (int i = 0; i < Rounds; i++)
                scheduler.Push(queue, FrameClass.Data, sequence++);
        }

        scheduler.Count.ShouldBe(Streams * Rounds);
        for (int round = 0; round < Rounds; round++)
        {
            for (uint id = 0; id < Streams; id++)
            {
                scheduler.TryPop(out _, out FrameToken token).ShouldBeTrue();
                token.StreamId.ShouldBe(id);
            }
        }

        scheduler.TryPop(out _, out _).ShouldBeFalse();
        scheduler.Count.ShouldBe(0);
    }

    private static FrameToken Token(JsonElement row) =>
        new(row[0].GetUInt32(), (FrameClass)row[1].GetInt32(), row[2].GetUInt32());

    private static List<FrameToken> Replay(FrameToken[] pushes, int[] popIndexes)
    {
        var scheduler = new FrameScheduler();
        var queues = new Dictionary<uint, FrameQueue>();
        var popped = new List<FrameToken>();
        for (int i = 0; i < pushes.Length; i++)
        {
            FrameToken token = pushes[i];
            if (!queues.TryGetValue(token.StreamId, out FrameQueue? queue))
                queues.Add(token.StreamId, queue = new FrameQueue(token.StreamId));
            scheduler.Push(queue, token.Class, token.Sequence);
            if (popIndexes.Contains(i))
                Pop(scheduler, queues, popped);
        }

        while (scheduler.Count > 0)
            Pop(scheduler, queues, popped);
        return popped;
    }

    private static void Pop(FrameScheduler scheduler, Dictionary<uint, FrameQueue> queues, List<FrameToken> popped)
    {
        scheduler.TryPop(out FrameQueue queue, out FrameToken token).ShouldBeTrue();
        queue.ShouldBeSameAs(queues[token.StreamId]);
        popped.Add(token);
    }
}
