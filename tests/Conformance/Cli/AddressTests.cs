using KcpTun.IO;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Cli;

internal sealed class AddressTests
{
    [TestCase("127.0.0.1:29900", "127.0.0.1", 29900, 29900)]
    [TestCase(":29900", "", 29900, 29900)]
    [TestCase("vps:29900-29999", "vps", 29900, 29999)]
    [TestCase("[::1]:29900", "::1", 29900, 29900)]
    [TestCase("[fe80::1%eth0]:1-65535", "fe80::1%eth0", 1, 65535)]
    [TestCase("host:29900-", "host", 29900, 29900)]
    [TestCase("host:00080", "host", 80, 80)]
    [TestCase("host:1000020000", "host", 10000, 20000)]
    public void Multi_port_addresses_follow_the_grammar(string text, string host, int min, int max)
    {
        MultiPortAddress.TryParse(text, out MultiPortAddress address, out string? remark).ShouldBeTrue(remark);
        address.ShouldBe(new MultiPortAddress(host, min, max));
        remark.ShouldBeNull();
    }

    [TestCase("host:29900junk", 29900, 29900, "\"junk\"")]
    [TestCase("host:29900-x", 29900, 29900, "\"x\"")]
    [TestCase("host:1-2-3", 1, 2, "\"-3\"")]
    [TestCase("host:29900-299999", 29900, 29999, "\"9\"")]
    public void Trailing_text_is_ignored_with_a_remark(string text, int min, int max, string ignored)
    {
        MultiPortAddress.TryParse(text, out MultiPortAddress address, out string? remark).ShouldBeTrue();
        (address.MinPort, address.MaxPort).ShouldBe((min, max));
        remark.ShouldBe($"{ignored} after the port is ignored");
    }

    [TestCase("127.0.0.1", "malformed address")]
    [TestCase("", "malformed address")]
    [TestCase(":", "malformed address")]
    [TestCase("host:x", "malformed address")]
    [TestCase("[::1]", "write [::1]:29900")]
    [TestCase("host:0", "minport:0 -> maxport 0")]
    [TestCase("host:70000", "minport:70000 -> maxport 70000")]
    [TestCase("host:300-200", "minport:300 -> maxport 200")]
    [TestCase("host:299001", "minport:29900 -> maxport 1")]
    [TestCase("host:1-0", "minport:1 -> maxport 0")]
    [TestCase("::1:29900", "write-brackets [::1]:29900")]
    [TestCase("fe80::1:300-302", "write-brackets [fe80::1]:300-302")]
    [TestCase("[::1:29900", "a bracket is missing")]
    [TestCase("::1]:29900", "a bracket is missing")]
    public void Malformed_addresses_say_what_would_be_right(string text, string expected)
    {
        MultiPortAddress.TryParse(text, out _, out string? remark).ShouldBeFalse();
        expected = expected.Replace("write-brackets", "an IPv6 address needs brackets:", StringComparison.Ordinal);
        remark.ShouldNotBeNull().ShouldContain(expected);
    }

    [TestCase("vps:29900")]
    [TestCase("[::1]:29900-29901")]
    public void Multi_port_addresses_print_as_written(string text)
    {
        MultiPortAddress.TryParse(text, out MultiPortAddress address, out _).ShouldBeTrue();
        address.ToString().ShouldBe(text);
    }

    [Test]
    public void The_range_has_its_size() => new MultiPortAddress("h", 29900, 29999).PortCount.ShouldBe(100);

    [TestCase("127.0.0.1:80", "127.0.0.1", 80)]
    [TestCase(":12948", "", 12948)]
    [TestCase(":", "", 0)]
    [TestCase("[::1]:80", "::1", 80)]
    [TestCase("host:+80", "host", 80)]
    [TestCase("host:023917", "host", 23917)]
    public void Host_and_port_are_tcp(string text, string host, int port)
    {
        StreamEndPoints.TryParse(text, out StreamEndPoint endPoint, out string? remark).ShouldBeTrue(remark);
        endPoint.ShouldBe(new StreamEndPoint(host, port));
        remark.ShouldBeNull();
    }

    [TestCase("/run/app.sock", null)]
    [TestCase("./a:b", null)]
    [TestCase("@abstract", null)]
    [TestCase("x.sock", "is not host:port, so it is taken as the path of a Unix socket")]
    [TestCase("127.0.0.1", "is not host:port, so it is taken as the path of a Unix socket")]
    [TestCase("[::1]", "is not host:port, so it is taken as the path of a Unix socket")]
    [TestCase("a]:5", "is not host:port, so it is taken as the path of a Unix socket")]
    [TestCase(
        "::1:80",
        "is not host:port, so it is taken as the path of a Unix socket; "
            + "an IPv6 address needs brackets and a port: [::1]:80")]
    public void Anything_else_is_the_path_of_a_unix_socket(string text, string? expected)
    {
        StreamEndPoints.TryParse(text, out StreamEndPoint endPoint, out string? remark).ShouldBeTrue();
        endPoint.IsUnixSocket.ShouldBeTrue();
        endPoint.Host.ShouldBe(text);
        remark.ShouldBe(expected);
    }

    [TestCase("", "is empty")]
    [TestCase("host:http", "unknown port \"http\"")]
    [TestCase("host:99999", "port 99999 is out of range")]
    [TestCase("host:-1", "port -1 is out of range")]
    [TestCase("host:99999999999999999999", "unknown port")]
    public void Bad_ports_say_what_would_be_right(string text, string expected)
    {
        StreamEndPoints.TryParse(text, out _, out string? remark).ShouldBeFalse();
        remark.ShouldNotBeNull().ShouldContain(expected);
        Should.Throw<FormatException>(() => StreamEndPoints.Parse(text)).Message.ShouldContain(expected);
    }
}
