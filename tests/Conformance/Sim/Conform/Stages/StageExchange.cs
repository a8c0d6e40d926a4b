using System.Text;
using KcpTun.Primitives;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;

namespace KcpTun.Conformance.Sim.Conform.Stages;

/// <summary>What every stage must be able to do, whatever performs on it.</summary>
internal static class StageExchange
{
    private const uint Conv = 0x11223344;

    public static SubjectSpec Spec(SubjectRole role, params (string Name, string Value)[] more)
    {
        Dictionary<string, string> settings = new(HeaderParser.Defaults);
        foreach ((string name, string value) in more)
            settings[name] = value;
        return new SubjectSpec(role, settings, null);
    }

    /// <summary>A stream of the peer to a server subject: bytes both ways, both ends, the end of all.</summary>
    public static void Serve(IStage stage)
    {
        HandPeer peer = new(stage, Conv);
        peer.Push(Wire.Frame(Wire.Syn, 3), Wire.Frame(Wire.Psh, 3, "hello"u8.ToArray()));
        IStageApplication? application = null;
        peer.Until(() => application is not null || stage.TryAccept(out application), "a connection to the target");
        peer.Until(() => peer.Log.Count > 0, "the acknowledgement");
        peer.Log[0].Segment.ShouldBe(new Segment(Conv, Segment.Ack, 7, 0, 1, peer.Log[0].Segment.Payload));

        Receive(peer, application!, "hello");
        application!.State.ShouldBe(ApplicationState.Open);

        byte[] answer = [.. Enumerable.Range(0, 3000).Select(i => (byte)i)];
        application.Send(answer);
        peer.Until(() => Data(peer, 3).Length == answer.Length, "the answer");
        Data(peer, 3).ShouldBe(answer);
        // The bytes can be back before the thread that wrote them says so.
        peer.Until(() => application.Unsent == 0, "the application's own account");

        peer.Push(Wire.Frame(Wire.Fin, 3));
        peer.Until(() => application.State != ApplicationState.Open, "the end of the peer's bytes");
        application.State.ShouldBe(ApplicationState.Ended);
        application.Finish();
        peer.Until(() => peer.Frames.Any(frame => frame.Command == Wire.Fin), "the subject's FIN");

        stage.Stop();
        stage.Failure.ShouldBeNull();
    }

    /// <summary>A stream of a client subject to the peer.</summary>
    public static void Connect(IStage stage)
    {
        HandPeer peer = new(stage, Conv);
        IStageApplication application = stage.Open();
        application.Send("hi"u8.ToArray());
        peer.Until(() => peer.Frames.Count >= 2, "SYN and PSH");
        (byte command, uint sid, _) = peer.Frames[0];
        command.ShouldBe(Wire.Syn);
        Encoding.ASCII.GetString(Data(peer, sid)).ShouldBe("hi");

        peer.Push(Wire.Frame(Wire.Psh, sid, "yo"u8.ToArray()));
        Receive(peer, application, "yo");
        application.Finish();
        peer.Until(() => peer.Frames.Any(frame => frame.Command == Wire.Fin), "the subject's FIN");
        peer.Push(Wire.Frame(Wire.Fin, sid));
        peer.Until(() => application.State != ApplicationState.Open, "the end of the peer's bytes");

        stage.Stop();
        stage.Failure.ShouldBeNull();
    }

    /// <summary>An application that may not read does not; one that may, reads as much as that.</summary>
    public static void ReadSlowly(IStage stage)
    {
        HandPeer peer = new(stage, Conv);
        peer.Push(Wire.Frame(Wire.Syn, 3), Wire.Frame(Wire.Psh, 3, "hello"u8.ToArray()));
        IStageApplication? application = null;
        peer.Until(() => application is not null || stage.TryAccept(out application), "a connection to the target");
        peer.Pass(100);
        application!.TakeReceived().Length.ShouldBe(0);
        Receive(peer, application, "he");
        peer.Pass(100);
        application.TakeReceived().Length.ShouldBe(0);
        peer.Push(Wire.Frame(Wire.Fin, 3));
        peer.Pass(100);
        application.State.ShouldBe(ApplicationState.Open, "three bytes stand in front of the end");
        Receive(peer, application, "llo");
        peer.Until(() => application.State == ApplicationState.Ended, "the end, which needs no leave");
    }

    /// <summary>Without a listener at the target, a stream ends; with one again, the next one works.</summary>
    public static void Refuse(IStage stage)
    {
        HandPeer peer = new(stage, Conv);
        stage.SetTarget(isListening: false);
        peer.Push(Wire.Frame(Wire.Syn, 3));
        peer.Until(() => peer.Frames.Any(frame => frame is { Command: Wire.Fin, Sid: 3 }), "the FIN of a refusal");
        stage.TryAccept(out _).ShouldBeFalse();
        stage.SetTarget(isListening: true);
        peer.Push(Wire.Frame(Wire.Syn, 5));
        peer.Until(() => stage.TryAccept(out _), "a connection to the target");
    }

    /// <summary>After a stop the subject is silent; after a restart it is there again, and knows nothing.</summary>
    public static void StopAndRestart(IStage stage)
    {
        HandPeer peer = new(stage, Conv);
        peer.Push(Wire.Frame(Wire.Syn, 3));
        IStageApplication? application = null;
        peer.Until(() => application is not null || stage.TryAccept(out application), "a connection to the target");
        stage.Stop();
        peer.Until(() => application!.State != ApplicationState.Open, "the end of the connection");
        peer.Pass(50);
        int before = peer.Log.Count;
        stage.Send(1, Wire.Datagram(new Segment(Conv, Segment.Push, 7, 1, 0, [])));
        peer.Pass(200);
        peer.Log.Count.ShouldBe(before);

        stage.Restart();
        HandPeer next = new(stage, Conv) { From = 2 };
        next.Push(Wire.Frame(Wire.Syn, 3));
        peer.Until(() => stage.TryAccept(out _), "a connection after the restart");
        stage.Failure.ShouldBeNull();
    }

    /// <summary>What comes in from the tester's second socket is answered there.</summary>
    public static void AnswerTwoSockets(IStage stage)
    {
        HandPeer first = new(stage, Conv);
        first.Push(Wire.Frame(Wire.Syn, 3));
        first.Until(() => first.Log.Count > 0, "the acknowledgement");
        HandPeer second = new(stage, Conv + 1) { From = 2 };
        second.Push(Wire.Frame(Wire.Syn, 3));
        second.Until(() => second.Log.Count > 0, "the acknowledgement");
        first.Log[0].To.ShouldBe(1);
        second.Log[0].To.ShouldBe(2);
        second.Log[0].Segment.Conv.ShouldBe(Conv + 1);
    }

    private static void Receive(HandPeer peer, IStageApplication application, string text)
    {
        application.Allow(text.Length);
        StringBuilder received = new();
        peer.Until(
            () => received.Append(Encoding.ASCII.GetString(application.TakeReceived().Span)).Length >= text.Length,
            $"'{text}' at the application");
        received.ToString().ShouldBe(text);
    }

    private static byte[] Data(HandPeer peer, uint sid) =>
    [
        .. peer.Frames.Where(frame => frame.Command == Wire.Psh && frame.Sid == sid).SelectMany(frame => frame.Data),
    ];
}
