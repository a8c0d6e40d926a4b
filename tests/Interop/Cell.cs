using KcpTun.GoInterop;

namespace KcpTun.Interop;

/// <summary>One scenario for one pair.</summary>
public sealed record Cell(Scenario Scenario, Pair Pair)
{
    public override string ToString() => $"{Pair}/{Scenario.Id}";

    /// <summary>A test case named after the cell, with the pair and the scenario's group as categories.</summary>
    public TestCaseData ToTestCase() =>
        new TestCaseData(this).SetName(ToString()).SetCategory(Pair.ToString()).SetCategory(Scenario.Group);
}
