namespace KcpTun.Cli.Logging;

/// <summary>Where finished log lines go.</summary>
internal interface ILineSink
{
    /// <summary>Writes one line, line feed included. Any thread; never throws.</summary>
    void Write(ReadOnlySpan<byte> line);
}
