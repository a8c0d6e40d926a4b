using System.Text.RegularExpressions;
using KcpTun.Conformance.Support;

namespace KcpTun.Conformance.Repository;

/// <summary>The direction of dependencies that ARCHITECTURE.md promises, read off the sources.</summary>
[Parallelizable(ParallelScope.All)]
public sealed partial class DependencyTests
{
    private static readonly string[] s_protocol = ["Kcp", "Fec", "Crypt", "Smux", "Snappy", "Qpp", "Tuncrypt"];

    private static IEnumerable<TestCaseData> Edges()
    {
        yield return Allowed("Primitives");
        foreach (string folder in s_protocol)
            yield return Allowed(folder, "Primitives");
        yield return Allowed("IO", "Primitives");
        yield return Allowed("Link", ["Primitives", .. s_protocol]);
        yield return Allowed("Tunnel", ["Primitives", "IO", "Link", .. s_protocol]);
        yield return Allowed("Settings", "Primitives", "Kcp", "Tunnel");

        static TestCaseData Allowed(string folder, params string[] others) =>
            new TestCaseData(folder, others).SetArgDisplayNames(folder);
    }

    [TestCaseSource(nameof(Edges))]
    public void A_folder_uses_only_what_lies_below_it(string folder, string[] others)
    {
        string[] files = Sources(folder);
        files.ShouldNotBeEmpty();
        foreach (string file in files)
        {
            foreach (Match use in Namespace().Matches(File.ReadAllText(file)))
            {
                string used = use.Groups[1].Value;
                if (used != folder)
                    others.ShouldContain(used, $"{Path.GetFileName(file)} uses KcpTun.{used}");
            }
        }
    }

    [Test]
    public void Every_folder_of_the_library_has_its_place_in_the_order()
    {
        string root = Path.Combine(RepositoryRoot.Path, "src", "KcpTun");
        IEnumerable<string> folders = Directory.GetDirectories(root).Select(path => Path.GetFileName(path)!);
        folders.Where(name => name is not ("bin" or "obj"))
            .ShouldBe(["Primitives", "IO", "Link", "Tunnel", "Settings", .. s_protocol], ignoreOrder: true);
    }

    [Test]
    public void Protocol_folders_have_no_locks_tasks_or_loggers()
    {
        foreach (string file in s_protocol.Append("Link").SelectMany(Sources))
        {
            Match offence = Impure().Match(File.ReadAllText(file));
            offence.Success.ShouldBeFalse($"{file}: {offence.Value}");
        }
    }

    private static string[] Sources(string folder) => Directory.GetFiles(
        Path.Combine(RepositoryRoot.Path, "src", "KcpTun", folder), "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex(@"\bKcpTun\.([A-Z]\w+)")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\block \(|\basync\b|using System\.Threading|Microsoft\.Extensions\.Logging|using System\.Net")]
    private static partial Regex Impure();
}
