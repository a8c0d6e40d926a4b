namespace KcpTun.Bench.Validate;

/// <summary>All that is known about a point.</summary>
/// <param name="BulkWorkload">The transfer, as the simulator writes it.</param>
/// <param name="EchoWorkload">The echoes, as the simulator writes them.</param>
/// <param name="Predicted">One entry for each workload and seed.</param>
/// <param name="Real">One entry for each run.</param>
internal sealed record PointResult(
    LinkPoint Point,
    string BulkWorkload,
    string EchoWorkload,
    IReadOnlyList<RunFigures> Predicted,
    IReadOnlyList<RealRun> Real);
