using KcpTun.Primitives;
using KcpTun.Smux;

namespace KcpTun.Conformance.Smux;

/// <summary>What a session starts with, and that nothing is given back twice.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SmuxAccountTests
{
    [Test]
    public void Unread_bytes_return_once_when_a_close_that_waits_is_aborted()
    {
        var options = new SmuxOptions { Version = 2 };
        var client = new SmuxPeer(options, SmuxRole.Client);
        var server = new SmuxPeer(options, SmuxRole.Server);
        uint id = client.Open();
        client.Write(id, new byte[1000]);
        server.Feed(client.Drain()).ShouldBe(SmuxInputResult.Ok);
        server.Write(id, new byte[SendWindow.InitialWindow + 1]);
        server.Drain();
        server.Session.BytesUnread.ShouldBe(1000);
        server.Session.Close(id);
        server.Session.BytesUnread.ShouldBe(0);
        server.Session.StreamCount.ShouldBe(1, "a byte waits for the peer's window");
        server.Session.Abort(id);
        server.Session.BytesUnread.ShouldBe(0);
    }

    [Test]
    public void A_session_that_starts_late_has_heard_nothing_yet()
    {
        Instant start = Instant.FromMilliseconds(5000);
        var session = new SmuxSession(new SmuxOptions(), SmuxRole.Server, start);
        session.LastActivity.ShouldBe(start);
        session.HandleTimer(start.AddSeconds(11));
        session.HasOutput.ShouldBeFalse("a server that has heard nothing keeps nothing alive");
    }
}
