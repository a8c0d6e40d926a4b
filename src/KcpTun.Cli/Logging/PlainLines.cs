using Microsoft.Extensions.Logging;

namespace KcpTun.Cli.Logging;

/// <summary>
/// Finished lines at the three levels of a start. Ordinary methods before the generated ones: at start nothing is
/// saved by checking the level first.
/// </summary>
internal static partial class PlainLines
{
    public static void Line(this ILogger logger, string text) => Information(logger, text);

    public static void Warn(this ILogger logger, string text) => Warning(logger, text);

    public static void Fatal(this ILogger logger, string text) => Critical(logger, text);

    [LoggerMessage(EventId = 110, Level = LogLevel.Information, Message = "{Text}")]
    private static partial void Information(ILogger logger, string text);

    [LoggerMessage(EventId = 111, Level = LogLevel.Warning, Message = "{Text}")]
    private static partial void Warning(ILogger logger, string text);

    [LoggerMessage(EventId = 112, Level = LogLevel.Critical, Message = "{Text}")]
    private static partial void Critical(ILogger logger, string text);
}
