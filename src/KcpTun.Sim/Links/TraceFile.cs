namespace KcpTun.Sim.Links;

/// <summary>Reads delivery traces.</summary>
internal static class TraceFile
{
    private const long LargestFile = 64 << 20;

    /// <param name="error">One line that names the file and what is wrong.</param>
    public static DeliveryTrace? TryRead(string path, out string? error)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LargestFile })
            {
                error = $"{path} is larger than 64 MiB";
                return null;
            }

            return DeliveryTrace.TryParse(path, File.ReadLines(path), out error);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            error = $"{path} cannot be read: {e.Message}";
            return null;
        }
    }
}
