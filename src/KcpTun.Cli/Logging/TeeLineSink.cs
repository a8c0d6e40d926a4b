namespace KcpTun.Cli.Logging;

/// <summary>The same lines to two places.</summary>
internal sealed class TeeLineSink(ILineSink first, ILineSink second) : ILineSink
{
    public void Write(ReadOnlySpan<byte> line)
    {
        first.Write(line);
        second.Write(line);
    }
}
