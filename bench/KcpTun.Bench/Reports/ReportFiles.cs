using System.Text.Json;
using KcpTun.GoInterop;

namespace KcpTun.Bench.Reports;

internal static class ReportFiles
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>Where reports go.</summary>
    public static string Folder => Path.Combine(Repository.Artifacts, "bench");

    /// <summary>Prints the table and writes both forms to artifacts/bench.</summary>
    public static void Write(string name, string markdown, JsonElement json)
    {
        Save(name, markdown, json);
        Console.WriteLine(markdown);
    }

    /// <summary>Writes both forms to artifacts/bench.</summary>
    public static void Save(string name, string markdown, JsonElement json) =>
        Save(Folder, name, markdown, JsonSerializer.Serialize(json, s_indented) + "\n");

    /// <summary>Writes a report in both forms.</summary>
    public static void Save(string folder, string name, string markdown, string json)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, $"{name}.md"), markdown);
        File.WriteAllText(Path.Combine(folder, $"{name}.json"), json);
    }
}
