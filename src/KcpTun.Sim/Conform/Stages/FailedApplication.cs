namespace KcpTun.Sim.Conform.Stages;

/// <summary>An application whose connection was refused.</summary>
internal sealed class FailedApplication : IStageApplication
{
    public ApplicationState State => ApplicationState.Failed;

    public long Unsent => 0;

    public void Send(ReadOnlyMemory<byte> bytes)
    {
        // Nobody takes them.
    }

    public void Allow(long bytes)
    {
        // Nothing comes.
    }

    public ReadOnlyMemory<byte> TakeReceived() => default;

    public void Finish()
    {
        // It is over already.
    }

    public void Close(bool isReset)
    {
        // It is over already.
    }
}
