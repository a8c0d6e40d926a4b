using KcpTun.Sim.Links;
using KcpTun.Sim.Reports;

namespace KcpTun.Conformance.Sim.Reports;

[Parallelizable(ParallelScope.All)]
public sealed class TimeSequenceTests
{
    [Test]
    public void Every_segment_is_recorded_with_what_became_of_it()
    {
        TimeSequenceTrack track = SampleReport.Sequence().Tracks.ShouldHaveSingleItem();

        track.Name.ShouldBe("up, conversation 00000007");
        Count(track, TimeSequenceKind.First).ShouldBe(600);
        Count(track, TimeSequenceKind.Retransmission).ShouldBe(120);
        Count(track, TimeSequenceKind.Dropped).ShouldBe(120);
        Count(track, TimeSequenceKind.Delivered).ShouldBe(600);
        Count(track, TimeSequenceKind.Acknowledged).ShouldBe(600);
        track.Series.ShouldAllBe(series => series.Stride == 1);
        TimeSequenceSeries una = track.Series.Single(series => series.Kind == TimeSequenceKind.Cumulative);
        una.Points.Select(point => point.SequenceNumber).ShouldBeInOrder();
        una.Points[^1].SequenceNumber.ShouldBe(600);
    }

    [Test]
    public void A_full_series_keeps_points_evenly_and_says_so()
    {
        TimeSequence thinned = SampleReport.Sequence(maxPoints: 100);

        TimeSequenceSeries first = thinned.Tracks[0].Series.Single(series => series.Kind == TimeSequenceKind.First);
        first.Stride.ShouldBe(8);
        first.Points.Select(point => point.SequenceNumber).ShouldBe(Enumerable.Range(0, 75).Select(i => 8L * i));
        thinned.Notes.ShouldHaveSingleItem().ShouldContain("thinned");
    }

    [Test]
    public void Numbers_count_on_where_they_wrap()
    {
        var recorder = new TimeSequenceRecorder();
        var script = new WireScript(recorder);
        foreach (uint number in (uint[])[0, int.MaxValue, uint.MaxValue - 1, 1])
            script.Send(PathDirection.Down, 0, WireScript.Push(number, 0, "x"u8));

        TimeSequenceSeries series = recorder.Finish("", "").Tracks.ShouldHaveSingleItem().Series.ShouldHaveSingleItem();

        series.Kind.ShouldBe(TimeSequenceKind.First);
        series.Points.Select(point => point.SequenceNumber)
            .ShouldBe([0, int.MaxValue, uint.MaxValue - 1, (1L << 32) + 1]);
    }

    [Test]
    public void Conversations_are_kept_apart_and_only_the_first_ones_are_recorded()
    {
        var recorder = new TimeSequenceRecorder();
        var script = new WireScript(recorder);
        for (uint conversation = 0; conversation < 20; conversation++)
            script.Pass(PathDirection.Up, conversation, WireScript.Push(0, 0, "x"u8, conversation));

        TimeSequence sequence = recorder.Finish("", "");

        sequence.Tracks.Count.ShouldBe(8);
        sequence.Tracks.ShouldAllBe(track => Count(track, TimeSequenceKind.First) == 1);
        sequence.Notes.ShouldHaveSingleItem().ShouldContain("first 8");
    }

    [Test]
    public void Copies_damage_and_noise_add_nothing()
    {
        var recorder = new TimeSequenceRecorder();
        var script = new WireScript(recorder);
        byte[] packet = WireScript.Push(0, 0, "x"u8);
        long sent = script.Send(PathDirection.Up, 0, packet);
        script.Deliver(PathDirection.Up, 50, sent, packet);
        script.Deliver(PathDirection.Up, 51, sent, packet, isCopy: true);
        script.Deliver(PathDirection.Up, 52, sent, packet, isDamaged: true);
        script.Pass(PathDirection.Up, 60, Support.Vectors.Lcg(3, 400));
        script.Pass(PathDirection.Up, 61, packet[..23]);

        TimeSequenceTrack track = recorder.Finish("", "").Tracks.ShouldHaveSingleItem();

        track.Series.Select(series => (series.Kind, series.Points.Count)).ShouldBe(
            [(TimeSequenceKind.First, 1), (TimeSequenceKind.Delivered, 1)]);
    }

    private static int Count(TimeSequenceTrack track, TimeSequenceKind kind) =>
        track.Series.Where(series => series.Kind == kind).Sum(series => series.Points.Count);
}
