using System.Text.RegularExpressions;
using KcpTun.Conformance.Support;

namespace KcpTun.Conformance.Repository;

/// <summary>What has no business in a repository: where it was written, by whom, and what is left to do.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class BannedWordTests
{
    private static readonly Regex s_banned = new(string.Join('|', Words()), RegexOptions.CultureInvariant);

    /// <summary>Patterns, each written so that it does not match itself.</summary>
    private static IEnumerable<string> Words() =>
    [
        "/wor[k]/", @"\bshare[d]/", "/hom[e]/[a-z]", "(?i:helper sessio[n])", "(?i:co-authored-b[y])",
        "TOD[O]", "FIXM[E]", @"\bXX[X]\b", @"\bHAC[K]\b", "NotImplementedExceptio[n]", "(?i:lorem ipsu[m])",
        "(?m:^<<<<<<[<] )", "(?m:^>>>>>>[>] )", @"Console\.Write(Line)?\(.DEBU[G]",
    ];

    [Test]
    public void Nothing_is_left_over() => RepositoryText.Files().SelectMany(Offences).ShouldBeEmpty();

    [TestCase("see /wor{0}/x", "k")]
    [TestCase("// TOD{0}: later", "O")]
    [TestCase("as in share{0}/design", "d")]
    [TestCase("throw new NotImplementedExceptio{0}();", "n")]
    public void Leftovers_are_noticed(string text, string end) =>
        s_banned.IsMatch(string.Format(null, text, end)).ShouldBeTrue();

    private static IEnumerable<string> Offences(string file)
    {
        string text = File.ReadAllText(file);
        foreach (Match match in s_banned.Matches(text))
        {
            int line = text.AsSpan(0, match.Index).Count('\n') + 1;
            yield return $"{Path.GetRelativePath(RepositoryRoot.Path, file)}:{line}: {match.Value}";
        }
    }
}
