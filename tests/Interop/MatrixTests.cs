using KcpTun.GoInterop;

namespace KcpTun.Interop;

/// <summary>Every scenario for every pair that can run it.</summary>
public sealed class MatrixTests
{
    private static IEnumerable<TestCaseData> BusyCells => CellsWhere(scenario => !scenario.IsIdle);

    private static IEnumerable<TestCaseData> IdleCells => CellsWhere(scenario => scenario.IsIdle);

    private static IEnumerable<TestCaseData> SelfCheckCells => Catalog.SelfCheck
        .Select(scenario => new Cell(scenario, Pairs.SelfCheck).ToTestCase());

    // First, because they wait for a minute beside the others.
    [Order(1)]
    [TestCaseSource(nameof(IdleCells))]
    public Task Waits(Cell cell) => CellRunner.RunAsync(cell);

    [Order(2)]
    [TestCaseSource(nameof(BusyCells))]
    public Task Interoperates(Cell cell) => CellRunner.RunAsync(cell);

    /// <summary>Go against itself: proves the harness, not us.</summary>
    [Order(3)]
    [TestCaseSource(nameof(SelfCheckCells))]
    public Task Harness_is_sound(Cell cell) => CellRunner.RunAsync(cell);

    private static IEnumerable<TestCaseData> CellsWhere(Func<Scenario, bool> isWanted) =>
        from scenario in Catalog.Scenarios.Where(isWanted)
        from pair in Pairs.Matrix
        where scenario.AppliesTo(pair)
        select new Cell(scenario, pair).ToTestCase();
}
