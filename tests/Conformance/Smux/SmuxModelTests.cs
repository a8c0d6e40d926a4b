using KcpTun.Smux;

namespace KcpTun.Conformance.Smux;

/// <summary>Two sessions back to back under random writes, reads, closes and cuts, against a model.</summary>
public sealed class SmuxModelTests
{
    [Test]
    public void Every_byte_arrives_in_order_and_every_token_returns([Range(1, 40)] int seed) =>
        new SmuxModel(seed).Run();
}
