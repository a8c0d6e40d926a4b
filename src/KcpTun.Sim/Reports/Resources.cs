using System.Reflection;

namespace KcpTun.Sim.Reports;

/// <summary>Text files inside the assembly.</summary>
internal static class Resources
{
    /// <param name="name">The file's name.</param>
    public static string Read(string name)
    {
        using Stream? stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name);
        using var reader = new StreamReader(stream ?? throw new FileNotFoundException("No such resource.", name));
        return reader.ReadToEnd();
    }
}
