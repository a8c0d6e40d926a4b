using System.Text.Json;
using KcpTun.GoInterop;

namespace KcpTun.Bench.Reports;

internal static class ReportFiles
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>Prints the table and writes both forms to artifacts/bench.</summary>
    public static void Write(string name, string markdown, JsonElement json)
    {
        string folder = Path.Combine(Repository.Artifacts, "bench");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, $"{name}.md"), markdown);
        File.WriteAllText(Path.Combine(folder, $"{name}.json"), JsonSerializer.Serialize(json, s_indented) + "\n");
        Console.WriteLine(markdown);
    }
}
