namespace KcpTun.Sim.Reports;

/// <summary>The Wireshark dissector that goes with a capture.</summary>
public static class LuaDissector
{
    public const string FileName = "kcptun.lua";

    /// <summary>The script.</summary>
    public static string Text => Resources.Read(FileName);

    /// <summary>Writes the script into the folder of a capture, unless there is one.</summary>
    /// <param name="capturePath">Path of the capture.</param>
    /// <returns>The path of the script.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static string WriteBeside(string capturePath)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(capturePath)) ?? ".";
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            File.WriteAllText(path, Text);
        return path;
    }
}
