namespace KcpTun.Settings;

/// <summary>How a log line looks.</summary>
internal enum LogFormat
{
    /// <summary>kcptun's own: <c>2026/03/14 09:26:53 message</c> in local time.</summary>
    Go,

    /// <summary>The same with level and category.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}

/// <summary>The names of the formats on the command line.</summary>
internal static class LogFormats
{
    public const string Names = "go, text, json";

    public static bool TryParse(string name, out LogFormat format)
    {
        LogFormat? found = name switch
        {
            "go" => LogFormat.Go,
            "text" => LogFormat.Text,
            "json" => LogFormat.Json,
            _ => null,
        };
        format = found ?? LogFormat.Go;
        return found is not null;
    }
}
