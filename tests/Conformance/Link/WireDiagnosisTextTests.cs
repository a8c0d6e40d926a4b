using KcpTun.Crypt;
using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Smux;

namespace KcpTun.Conformance.Link;

/// <summary>What the first bytes of a peer say about its options, whatever pieces they come in.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class WireDiagnosisTextTests
{
    private static readonly byte[] s_snappy = [0xFF, 6, 0, 0, .. "sNaPpY"u8];
    private static readonly byte[] s_smux1 = [1, 0, 0, 0, 3, 0, 0, 0];
    private static readonly byte[] s_smux2 = [2, 0, 0, 0, 3, 0, 0, 0];

    [Test]
    public void Snappy_is_recognized()
    {
        Explain(s_snappy, compression: false).ShouldContain("--nocomp");
        Explain(s_snappy, compression: true).ShouldContain("--smuxver");
        Explain([0xFF, 6, 0, 0, (byte)'t'], compression: false).ShouldContain("neither smux nor snappy");
    }

    [Test]
    public void Smux_is_recognized()
    {
        Explain(s_smux1, compression: false).ShouldContain("speaks smux version 1 and this end 2");
        Explain(s_smux2, compression: false).ShouldBe("the peer sent a frame that is not smux");
        Explain(s_smux2, compression: true).ShouldContain("does not compress and this end does");
        Explain([3, 0, 0, 0], compression: false).ShouldContain("neither smux nor snappy");
        Explain([0, 0, 0, 0], compression: false).ShouldContain("neither smux nor snappy");
        Explain([2, 5, 0, 0], compression: false).ShouldContain("neither smux nor snappy");
        Explain([2, 4, 0, 0], compression: false).ShouldBe("the peer sent a frame that is not smux");
    }

    [Test]
    public void Nothing_received_is_not_taken_for_smux() =>
        Explain([], compression: false).ShouldContain("neither smux nor snappy");

    private static string Explain(byte[] bytes, bool compression)
    {
        var options = new LinkOptions
        {
            IsClient = true,
            Cipher = CipherKind.None,
            Profile = KcpProfile.Library,
            Compression = compression,
            Smux = new SmuxOptions { Version = 2 },
        };
        var whole = new WireDiagnosis(options);
        whole.Observe(bytes);
        whole.Observe(new byte[100]);
        var pieces = new WireDiagnosis(options);
        foreach (byte value in bytes)
            pieces.Observe([value]);
        if (bytes.Length > 0)
            pieces.Explain().ShouldBe(whole.Explain());
        return bytes.Length > 0 ? whole.Explain() : pieces.Explain();
    }
}
