using KcpTun.Link;
using KcpTun.Smux;
using KcpTun.Tuncrypt;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Tunnel;

/// <summary>What an operator reads when the two ends are set up differently.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class WireDiagnosisTests
{
    [Test]
    public void Another_key_is_named_once_and_not_for_every_datagram()
    {
        var pair = new TunnelPair(clientKey: "another");
        _ = pair.Session.OpenStreamAsync();
        pair.World.Run(() => false, 8);
        pair.Server.Counters.InCsumErrors.ShouldBeGreaterThan(1);
        pair.Server.Counters.PassiveOpens.ShouldBe(0);
        pair.Log.Lines.Count(line => line.Contains("failed their checksum")).ShouldBe(1);
        pair.Log.Lines.ShouldContain(line => line.Contains("no answer from 192.0.2.1:29900"));
    }

    [Test]
    public void Compression_on_one_end_only_is_named()
    {
        LinesOf(o => o with { Compression = false }, o => o).ShouldContain(line => line.Contains("--nocomp"));
        LinesOf(o => o, o => o with { Compression = false }).ShouldContain(line => line.Contains("--nocomp"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Different_smux_versions_are_named(bool compression)
    {
        LinesOf(
            o => o with { Compression = compression, Smux = new SmuxOptions { Version = 1 } },
            o => o with { Compression = compression }).ShouldContain(line => line.Contains("--smuxver"));
    }

    [Test]
    public void Tuncrypt_on_one_end_only_is_named()
    {
        byte[] key = TuncryptSession.DerivePsk("k");
        LinesOf(o => o with { TuncryptKey = key }, o => o).ShouldContain(line => line.Contains("--tuncrypt"));
        LinesOf(o => o, o => o with { TuncryptKey = key }).ShouldContain(line => line.Contains("--tuncrypt"));
    }

    [Test]
    public void A_tuncrypt_client_gives_up_within_seconds_when_the_server_does_not_answer_it()
    {
        byte[] key = TuncryptSession.DerivePsk("k");
        var pair = new TunnelPair(o => o with { TuncryptKey = key }, o => o);
        _ = pair.Session.OpenStreamAsync();
        pair.World.Run(() => pair.Session.HasEnded, 15).ShouldBeTrue();
        pair.Session.EndText.ShouldStartWith("tuncrypt");
    }

    private static List<string> LinesOf(
        Func<LinkOptions, LinkOptions> client, Func<LinkOptions, LinkOptions> server)
    {
        var pair = new TunnelPair(client, server);
        Task<MuxStream> stream = pair.Session.OpenStreamAsync();
        pair.World.Run(() => stream.IsCompleted);
        if (stream.IsCompletedSuccessfully)
            _ = stream.Result.WriteAsync(new byte[2000]).AsTask();
        pair.World.Run(() => pair.Server.Counters.CurrEstab == 0 && pair.Server.Counters.PassiveOpens > 0, 10);
        return pair.Log.Lines;
    }
}
