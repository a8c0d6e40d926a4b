namespace KcpTun.Sim.Cli;

/// <summary>Where results go: a file, or <c>-</c> for standard output.</summary>
internal static class OutputFiles
{
    public const string StandardOutput = "-";

    /// <exception cref="CommandException">The file cannot be written.</exception>
    public static void Write(SimEnvironment environment, string option, string path, string text)
    {
        if (path == StandardOutput)
        {
            environment.Output.Write(text);
            return;
        }

        Guard(option, path, () => File.WriteAllText(path, text));
    }

    /// <summary>Notices before anything runs what would be noticed after it: there is no such folder.</summary>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public static void RequireFolder(string option, string path)
    {
        if (path == StandardOutput)
            return;
        Guard(option, path, () =>
        {
            if (Directory.Exists(path))
                throw new IOException("it is a directory");
            string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
            if (!Directory.Exists(folder))
                throw new IOException($"there is no directory {folder}");
        });
    }

    /// <exception cref="CommandException">The option was given standard output, and it is no text.</exception>
    public static void RefuseStandardOutput(string option, string path)
    {
        if (path == StandardOutput)
            throw CommandException.Usage($"{option} {path}: write the name of a file");
    }

    /// <summary>Turns what a file system refuses into one line.</summary>
    /// <exception cref="CommandException">It refused.</exception>
    public static void Guard(string option, string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure) when (IsFileError(failure))
        {
            throw new CommandException(ExitCodes.Failure, Describe($"{option} {path}", failure));
        }
    }

    /// <summary>What a file system throws: no such directory, no permission, a full disk.</summary>
    public static bool IsFileError(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    public static string Describe(string what, Exception failure)
    {
        string reason = failure switch
        {
            FileNotFoundException or DirectoryNotFoundException => "no such file or directory",
            UnauthorizedAccessException => "permission denied",
            _ => failure.Message.ReplaceLineEndings(" "),
        };
        return $"{what}: {reason}";
    }
}
