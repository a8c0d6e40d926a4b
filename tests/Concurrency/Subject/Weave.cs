#nullable enable
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies the product's sources for the concurrency tests and applies patches to the copy: those of the dialect always,
/// and of the mutants none, one for good, or all of them, each behind a switch that a test turns on.
/// </summary>
public sealed class Weave : Task
{
    private const string All = "all";
    private const string None = "none";

    private readonly Dictionary<string, List<Edit>> _edits = new Dictionary<string, List<Edit>>();
    private readonly Dictionary<string, string[]> _sources = new Dictionary<string, string[]>();

    /// <summary>The product's folder; patches name files relative to it.</summary>
    [Required]
    public string Root { get; set; } = "";

    [Required]
    public ITaskItem[] Sources { get; set; } = Array.Empty<ITaskItem>();

    [Required]
    public ITaskItem[] Dialect { get; set; } = Array.Empty<ITaskItem>();

    [Required]
    public ITaskItem[] Mutants { get; set; } = Array.Empty<ITaskItem>();

    /// <summary><c>none</c>, <c>all</c>, or the name of a mutant.</summary>
    [Required]
    public string Mutant { get; set; } = "";

    /// <summary>Where the copy goes.</summary>
    [Required]
    public string Output { get; set; } = "";

    [Output]
    public ITaskItem[] Woven { get; set; } = Array.Empty<ITaskItem>();

    public override bool Execute()
    {
        if (Mutant != All && Mutant != None && Mutants.All(file => NameOf(file) != Mutant))
        {
            Log.LogError($"No mutant is called {Mutant}; say all, none or the name of a file of the folder mutants.");
            return false;
        }

        foreach (ITaskItem source in Sources)
            _sources[PathIn(source.GetMetadata("FullPath"))] = File.ReadAllLines(source.ItemSpec);
        foreach (ITaskItem patch in Dialect)
            Read(patch, isSwitched: false);
        foreach (ITaskItem patch in Mutants.Where(file => Mutant == All || Mutant == NameOf(file)))
            Read(patch, isSwitched: Mutant == All);
        if (!Log.HasLoggedErrors)
            Woven = _sources.Keys.Select(Write).Append(WriteSwitch()).ToArray();
        return !Log.HasLoggedErrors;
    }

    private static string NameOf(ITaskItem file) => Path.GetFileNameWithoutExtension(file.ItemSpec);

    private string PathIn(string file) =>
        Path.GetFullPath(file).Substring(Path.GetFullPath(Root).Length).TrimStart('/', '\\').Replace('\\', '/');

    /// <summary>Reads a unified diff. Places are found by their text, so line numbers may be out of date.</summary>
    private void Read(ITaskItem patch, bool isSwitched)
    {
        string? path = null;
        var hunk = new List<string>();
        foreach (string line in File.ReadAllLines(patch.ItemSpec).Append("@@"))
        {
            if (line.StartsWith("--- a/", StringComparison.Ordinal) || line.StartsWith("@@", StringComparison.Ordinal))
            {
                if (path != null && hunk.Count > 0)
                    Place(patch, path, hunk, isSwitched);
                hunk.Clear();
                if (line[0] == '-')
                    path = line.Substring("--- a/".Length);
            }
            else if (path != null && !line.StartsWith("+++ ", StringComparison.Ordinal))
            {
                hunk.Add(line.Length == 0 ? " " : line);
            }
        }

        if (path == null)
            Fail(patch, "is not a unified diff: no line begins with \"--- a/\"");
    }

    private void Place(ITaskItem patch, string path, List<string> hunk, bool isSwitched)
    {
        if (!_sources.TryGetValue(path, out string[]? source))
        {
            Fail(patch, $"names {path}, which is not one of the product's files");
            return;
        }

        string[] old = hunk.Where(line => line[0] != '+').Select(line => line.Substring(1)).ToArray();
        int[] places = Enumerable.Range(0, Math.Max(0, source.Length - old.Length + 1))
            .Where(start => old.Select((line, i) => source[start + i] == line).All(isSame => isSame))
            .ToArray();
        if (places.Length != 1)
        {
            Fail(patch, $"no longer fits {path}: {places.Length} places there have the text \"{old[0].Trim()} ...\"");
            return;
        }

        AddEdits(path, hunk, places[0], isSwitched ? NameOf(patch) : null);
    }

    private void AddEdits(string path, List<string> hunk, int line, string? name)
    {
        if (!_edits.TryGetValue(path, out List<Edit>? edits))
            _edits[path] = edits = new List<Edit>();
        for (int i = 0; i < hunk.Count;)
        {
            var edit = new Edit(line, name);
            for (; i < hunk.Count && hunk[i][0] != ' '; i++)
            {
                if (hunk[i][0] == '+')
                    edit.Replacement.Add(hunk[i].Substring(1));
                else
                    line++;
            }

            edit.End = line;
            if (edit.End > edit.Start || edit.Replacement.Count > 0)
                edits.Add(edit);
            for (; i < hunk.Count && hunk[i][0] == ' '; i++)
                line++;
        }
    }

    private TaskItem Write(string path)
    {
        var text = new StringBuilder("// <auto-generated/>\n#nullable enable\n");
        string original = Path.Combine(Root, path).Replace('\\', '/');
        text.Append($"#line 1 \"{original}\"\n");
        _edits.TryGetValue(path, out List<Edit>? edits);
        var waiting = new Queue<Edit>(
            (edits ?? new List<Edit>()).OrderBy(e => e.Start).ThenByDescending(e => e.End).ThenBy(e => e.Name));
        Render(text, path, 0, _sources[path].Length, waiting);
        return Save(path, text.ToString());
    }

    /// <summary>
    /// Writes the lines of a range. An edit inside another's range goes into the branch in which the other is off.
    /// </summary>
    private void Render(StringBuilder text, string path, int start, int end, Queue<Edit> waiting)
    {
        int line = start;
        while (waiting.Count > 0 && waiting.Peek().Start <= end && waiting.Peek().End <= end)
        {
            Edit edit = waiting.Dequeue();
            if (edit.Start < line)
                Log.LogError($"{edit.Name}: changes a part of what another patch of {path} changes");
            Copy(text, path, line, edit.Start);
            line = Math.Max(line, edit.End);
            if (edit.Name == null)
            {
                Append(text, edit.Replacement);
                continue;
            }

            text.Append($"if (global::KcpTun.Mutants.IsOn(\"{edit.Name}\")) {{\n");
            Append(text, edit.Replacement);
            text.Append("} else {\n");
            Render(text, path, edit.Start, edit.End, waiting);
            text.Append("}\n");
        }

        Copy(text, path, line, end);
    }

    private void Copy(StringBuilder text, string path, int start, int end)
    {
        if (start < end)
            text.Append($"#line {start + 1}\n");
        Append(text, _sources[path].Skip(start).Take(end - start));
    }

    private static void Append(StringBuilder text, IEnumerable<string> lines)
    {
        foreach (string line in lines)
            text.Append(line).Append('\n');
    }

    private TaskItem WriteSwitch() => Save("Mutants.cs", $@"// <auto-generated/>
namespace KcpTun
{{
    internal static class Mutants
    {{
        internal static readonly string Compiled = ""{Mutant}"";

        private static readonly System.Threading.AsyncLocal<string> s_active = new();

        internal static string Active {{ get => s_active.Value; set => s_active.Value = value; }}

        internal static bool IsOn(string name) => s_active.Value == name;
    }}
}}
");

    private TaskItem Save(string path, string text)
    {
        string target = Path.Combine(Output, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        // An unchanged file keeps its time, and with it the compiled assembly.
        if (!File.Exists(target) || File.ReadAllText(target) != text)
            File.WriteAllText(target, text);
        return new TaskItem(target);
    }

    private void Fail(ITaskItem patch, string problem) =>
        Log.LogError(null, null, null, patch.GetMetadata("FullPath"), 0, 0, 0, 0, $"The patch {problem}.");

    private sealed class Edit
    {
        public Edit(int start, string? name)
        {
            Start = start;
            Name = name;
        }

        /// <summary>First line replaced.</summary>
        public int Start { get; }

        /// <summary>The line behind the last one replaced.</summary>
        public int End { get; set; }

        /// <summary>The switch; null for a change that is always made.</summary>
        public string? Name { get; }

        public List<string> Replacement { get; } = new List<string>();
    }
}
