using KcpTun.Bench.EndToEnd;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Bench;

/// <summary>What the report reads out of text that others write.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class KernelTextTests
{
    private const string Line =
        "  712: 0100007F:4E20 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 51234 2 "
        + "0000000000000000 17";

    [Test]
    public void Counters_are_read_off_the_line_that_is_logged()
    {
        var counters = new SnmpCounters();
        IReadOnlyDictionary<string, long> read = Counters.Parse($"2026/01/01 00:00:00 {SnmpFields.Dump(counters)}");
        read.Keys.ShouldContain("RetransSegs");
        read.Keys.ShouldContain("OutSegs");
        read.Values.ShouldAllBe(value => value == 0);
        Counters.Parse("KCP SNMP:&{OutSegs:12 RetransSegs:3}")["RetransSegs"].ShouldBe(3);
    }

    [Test]
    public void Drops_are_those_of_the_sockets_asked_for()
    {
        SocketDrops.Read(Line, new HashSet<string> { "51234" }).ShouldBe(17);
        SocketDrops.Read(Line, new HashSet<string> { "5123" }).ShouldBe(0);
        SocketDrops.Read("", new HashSet<string> { "51234" }).ShouldBe(0);
    }
}
