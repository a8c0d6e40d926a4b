namespace KcpTun.Settings;

/// <summary>Reads the file behind <c>-c</c>.</summary>
internal static class ConfigFile
{
    /// <summary>A configuration is a page of text; whatever is larger is not one.</summary>
    private const int MaxBytes = 1 << 20;

    /// <summary>Applies the file at <paramref name="path"/> to <paramref name="settings"/>.</summary>
    public static ConfigResult Apply(FlagSides side, CommandSettings settings, string path)
    {
        try
        {
            // A stream and not ReadAllBytes: the path may be a pipe, as in -c /dev/stdin.
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] bytes = new byte[MaxBytes + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > MaxBytes
                ? new ConfigResult(settings, [], $"{path}: larger than {MaxBytes} bytes, which is no configuration")
                : JsonConfig.Apply(side, settings, path, bytes.AsSpan(0, length));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new ConfigResult(settings, [], FileErrors.Describe("open", path, failure));
        }
    }
}
