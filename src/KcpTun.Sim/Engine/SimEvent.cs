namespace KcpTun.Sim.Engine;

/// <summary>Something that happens at a moment of virtual time. An instance is queued at most once at a time.</summary>
public abstract class SimEvent
{
    /// <summary>The moment it is queued for, ns; <see cref="SimTime.Never"/> while it is not queued.</summary>
    internal long QueuedFor { get; set; } = SimTime.Never;

    /// <summary>Happens. Runs on the loop's thread; may schedule itself again.</summary>
    protected internal abstract void Fire(long now);
}
