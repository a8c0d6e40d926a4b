using System.Net;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Primitives;

[Parallelizable(ParallelScope.All)]
public sealed class PeerAddressTests
{
    private static readonly PeerAddress s_version4 = PeerAddress.From(IPEndPoint.Parse("1.2.3.4:80"));

    [TestCase("[::1]:80")]
    [TestCase("[::fffe:1.2.3.4]:80")]
    [TestCase("[2001:db8::ffff:1.2.3.4]:80")]
    public void Only_mapped_addresses_become_those_of_version_4(string text) =>
        PeerAddress.From(IPEndPoint.Parse(text)).ShouldNotBe(s_version4);

    [Test]
    public void A_mapped_address_is_the_one_of_version_4() =>
        PeerAddress.From(IPEndPoint.Parse("[::ffff:1.2.3.4]:80")).ShouldBe(s_version4);

    [TestCase("1.2.3.4:80")]
    [TestCase("[::1]:29900")]
    [TestCase("[fe80::1%2]:65535")]
    public void Nothing_is_lost_on_the_way(string text)
    {
        var address = PeerAddress.From(IPEndPoint.Parse(text));
        address.ToEndPoint().ShouldBe(IPEndPoint.Parse(text));
        address.ToString().ShouldBe(text);
        address.WithPort(1).ToEndPoint().Port.ShouldBe(1);
    }

    [Test]
    public void Version_4_is_written_mapped_where_version_6_is_wanted()
    {
        byte[] bytes = new byte[16];
        s_version4.WriteIPv6(bytes);
        new IPAddress(bytes).ShouldBe(IPAddress.Parse("::ffff:1.2.3.4"));
        PeerAddress.From(IPEndPoint.Parse("[2001:db8::1]:80")).WriteIPv6(bytes);
        new IPAddress(bytes).ShouldBe(IPAddress.Parse("2001:db8::1"));
    }
}
