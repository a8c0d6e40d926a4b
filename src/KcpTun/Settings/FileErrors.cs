namespace KcpTun.Settings;

/// <summary>Errors of files in Go's words, without a stack trace.</summary>
internal static class FileErrors
{
    /// <summary><c>open X: no such file or directory</c> and its relatives.</summary>
    public static string Describe(string operation, string path, Exception failure)
    {
        string reason = failure switch
        {
            FileNotFoundException or DirectoryNotFoundException => "no such file or directory",
            UnauthorizedAccessException when Directory.Exists(path) => "is a directory",
            UnauthorizedAccessException => "permission denied",
            _ => failure.Message.ReplaceLineEndings(" "),
        };
        return $"{operation} {path}: {reason}";
    }
}
