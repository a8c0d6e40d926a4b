using KcpTun.Primitives;
using KcpTun.Sim.Conform.Stages;
using KcpTun.Sim.Conform.Stages.Virtual;

namespace KcpTun.Conformance.Sim.Conform.Stages;

/// <summary>The two stages in virtual time.</summary>
[TestFixture("core")]
[TestFixture("sim")]
[Parallelizable(ParallelScope.All)]
public sealed class VirtualStageTests(string kind)
{
    [Test]
    public void A_server_carries_a_stream_both_ways()
    {
        using IStage stage = Server();
        StageExchange.Serve(stage);
    }

    [Test]
    public void A_client_carries_a_stream_both_ways()
    {
        using IStage stage = Stage(StageExchange.Spec(SubjectRole.Client));
        StageExchange.Connect(stage);
    }

    [Test]
    public void An_application_reads_only_what_it_may()
    {
        using IStage stage = Server();
        StageExchange.ReadSlowly(stage);
    }

    [Test]
    public void A_target_may_refuse()
    {
        using IStage stage = Server();
        StageExchange.Refuse(stage);
    }

    [Test]
    public void A_subject_stops_and_starts_again()
    {
        using IStage stage = Server();
        StageExchange.StopAndRestart(stage);
    }

    [Test]
    public void The_tester_has_several_sockets()
    {
        using IStage stage = Server();
        StageExchange.AnswerTwoSockets(stage);
    }

    [Test]
    public void Time_is_exact()
    {
        using IStage stage = Stage(StageExchange.Spec(SubjectRole.Server, ("acknodelay", "true"), ("closewait", "0")));
        HandPeer peer = new(stage, 1);
        stage.Advance(new Instant(12_345));
        stage.Now.ShouldBe(new Instant(12_345));
        peer.Push(Wire.Frame(Wire.Syn, 3)).ShouldBe(new Instant(12_345));
        peer.Until(() => peer.Log.Count > 0, "the acknowledgement");
        peer.Log[0].Time.ShouldBe(new Instant(12_345), "it acknowledges at once");
        stage.Now.ShouldBe(new Instant(12_345));
    }

    [Test]
    public void Clock_of_the_subject_starts_where_it_is_told([Values(0u, 77u, 0xFFFF_FFF0u)] uint start)
    {
        SubjectSpec spec = StageExchange.Spec(SubjectRole.Client);
        using IStage stage = Stage(spec with { ClockStart = start });
        HandPeer peer = new(stage, 1);
        stage.Advance(Instant.FromMilliseconds(32));
        stage.Open().Send("x"u8.ToArray());
        peer.Until(() => peer.Log.Count > 0, "a push");
        (Segment push, Instant time, _) = peer.Log[0];
        push.Ts.ShouldBe(unchecked(start + time.KcpMilliseconds));
    }

    [Test]
    public void Counters_go_by_their_names_in_the_csv()
    {
        using IStage stage = Server();
        HandPeer peer = new(stage, 1);
        peer.Push(Wire.Frame(Wire.Syn, 3));
        peer.Until(() => peer.Log.Count > 0, "the acknowledgement");
        stage.Counter("InPkts").ShouldBe(1);
        stage.Counter("FECFullShards").ShouldBe(0);
        stage.Counter("Nonsense").ShouldBeNull();
    }

    [Test]
    public void Settings_that_cannot_work_are_a_failure()
    {
        using IStage stage = Stage(StageExchange.Spec(SubjectRole.Server, ("mtu", "1")));
        stage.Failure.ShouldNotBeNull().ShouldContain("--mtu 1");
        stage.Advance(Instant.FromMilliseconds(5));
        stage.Now.ShouldBe(Instant.FromMilliseconds(5));
    }

    [Test]
    public void Two_runs_are_the_same()
    {
        Record().ShouldBe(Record());

        List<string> Record()
        {
            using IStage stage = Stage(StageExchange.Spec(SubjectRole.Client, ("crypt", "aes")));
            stage.Open().Send(new byte[10_000]);
            List<string> datagrams = [];
            while (stage.Now < Instant.FromMilliseconds(2000))
            {
                stage.Advance(Instant.FromMilliseconds(2000));
                while (stage.TryReceive(out StageDatagram datagram))
                    datagrams.Add($"{datagram.Time} {Convert.ToHexString(datagram.Bytes.Span)}");
            }

            datagrams.Count.ShouldBeGreaterThan(10);
            return datagrams;
        }
    }

    [Test]
    public void Qpp_is_between_the_application_and_the_stream()
    {
        using IStage stage = Stage(StageExchange.Spec(SubjectRole.Client, ("QPP", "true")));
        HandPeer peer = new(stage, 1);
        IStageApplication application = stage.Open();
        application.Send("secret"u8.ToArray());
        peer.Until(() => peer.Frames.Count >= 2, "SYN and PSH");
        byte[] sent = peer.Frames[1].Data;
        sent.Length.ShouldBe(6);
        sent.ShouldNotBe("secret"u8.ToArray());
        peer.Push(Wire.Frame(Wire.Psh, peer.Frames[0].Sid, sent));
        application.Allow(6);
        peer.Until(() => application.TakeReceived() is { Length: 6 } bytes
            && bytes.Span.SequenceEqual("secret"u8), "the same text: both directions start alike");
    }

    private IStage Server() => Stage(StageExchange.Spec(SubjectRole.Server, ("closewait", "0")));

    private IStage Stage(SubjectSpec spec) => kind == "core" ? new CoreStage(spec) : new SimStage(spec);
}
