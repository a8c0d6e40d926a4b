using KcpTun.Settings;
using Microsoft.Extensions.Logging;

namespace KcpTun.Cli.Logging;

/// <summary>Microsoft.Extensions.Logging in front of stderr or of the file of <c>--log</c>.</summary>
internal sealed class LineLoggerProvider : ILoggerProvider
{
    private readonly LogFormat _format;
    private readonly TimeProvider _time;
    private readonly ILineSink _sink;

    /// <param name="format">How lines look.</param>
    /// <param name="time">Gives the local time of a line.</param>
    /// <param name="sink">Where they go; the caller's to dispose.</param>
    public LineLoggerProvider(LogFormat format, TimeProvider time, ILineSink sink)
    {
        _format = format;
        _time = time;
        _sink = sink;
    }

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and not LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            string message = formatter(state, exception);

            // One line says what went wrong; a stack trace helps nobody who runs a tunnel.
            if (exception is not null)
                message = message.Length == 0 ? exception.Message : $"{message}: {exception.Message}";
            LogEntry entry = new(provider._time.GetLocalNow(), logLevel, category, message);
            provider._sink.Write(LineFormatter.Format(provider._format, entry));
        }
    }
}
