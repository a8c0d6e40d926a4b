namespace KcpTun.Cli.Logging;

/// <summary>
/// Log lines to a stream, each flushed at once and never mixed with another. A line that cannot be written (disk full,
/// reader gone) is dropped and counted: logging must not end a tunnel.
/// </summary>
internal sealed class StreamLineSink : ILineSink, IDisposable
{
    private readonly object _gate = new();
    private readonly Stream _stream;

    public StreamLineSink(Stream stream) => _stream = stream;

    /// <summary>Lines lost since the start.</summary>
    public long Dropped { get; private set; }

    /// <summary>Opens a log file for appending; created with mode 0666 less the umask, as Go does.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static StreamLineSink OpenFile(string path) =>
        new(new FileStream(
            path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));

    public void Write(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            try
            {
                // The base library appends at a position it remembers, not at the end: after a rotation by truncation
                // it would leave a hole.
                if (_stream.CanSeek)
                    _stream.Seek(0, SeekOrigin.End);
                _stream.Write(line);
                _stream.Flush();
            }
            catch (Exception failure) when (failure is IOException or ObjectDisposedException or NotSupportedException)
            {
                Dropped++;
            }
        }
    }

    public void Dispose() => _stream.Dispose();
}
