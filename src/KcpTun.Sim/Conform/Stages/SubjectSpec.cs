namespace KcpTun.Sim.Conform.Stages;

/// <summary>The part the subject plays.</summary>
internal enum SubjectRole
{
    Client,
    Server,
}

/// <summary>What a stage is to start.</summary>
/// <param name="Role">The part it plays.</param>
/// <param name="Settings">Flags of kcptun by name without hyphens, defaults of the scripts included.</param>
/// <param name="ClockStart">KCP's clock at the start, ms; null for whatever it is.</param>
internal sealed record SubjectSpec(
    SubjectRole Role, IReadOnlyDictionary<string, string> Settings, uint? ClockStart);
