namespace KcpTun.Settings;

/// <summary>
/// Keeps messages that quote what a user or a file says on one line: a line break in a key or a word would otherwise
/// put a line of its own into the log.
/// </summary>
internal static class OneLine
{
    public static string Of(string message) => message.ReplaceLineEndings(" ");

    public static List<string> Of(List<string> messages) => messages.ConvertAll(Of);
}
