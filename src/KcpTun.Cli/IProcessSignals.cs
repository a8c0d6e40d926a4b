namespace KcpTun.Cli;

/// <summary>What the operating system asks of the process.</summary>
internal interface IProcessSignals
{
    /// <summary>Cancelled by the first SIGINT or SIGTERM: finish and return.</summary>
    CancellationToken Drain { get; }

    /// <summary>Called, on any thread, on every SIGUSR1.</summary>
    Action? CountersRequested { get; set; }
}
