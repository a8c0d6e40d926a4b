using KcpTun.Conformance.Support;
using KcpTun.Fuzz;

namespace KcpTun.Conformance.Fuzz;

/// <summary>Every input that fuzzing has found worth keeping, through the property it was found for.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CorpusTests
{
    private const int MaxFiles = 40;
    private const int MaxBytes = 16 * 1024;

    private static string Corpus => Path.Combine(RepositoryRoot.Path, "tests", "Fuzz", "corpus");

    private static IEnumerable<string> Names => FuzzTargets.Names;

    [TestCaseSource(nameof(Names))]
    public void The_property_holds_for_every_input_of_the_corpus(string name)
    {
        FuzzTarget target = FuzzTargets.Create(name).ShouldNotBeNull();
        foreach (string file in Directory.GetFiles(Path.Combine(Corpus, name)))
            Should.NotThrow(() => target.Check(File.ReadAllBytes(file)), file);
    }

    [TestCaseSource(nameof(Names))]
    public void The_corpus_stays_small(string name)
    {
        FileInfo[] files = new DirectoryInfo(Path.Combine(Corpus, name)).GetFiles();
        files.Length.ShouldBeInRange(1, MaxFiles);
        files.ShouldAllBe(file => file.Length <= MaxBytes);
    }

    [Test]
    public void Every_folder_of_the_corpus_has_a_target() =>
        Directory.GetDirectories(Corpus).Select(Path.GetFileName).ShouldBe(FuzzTargets.Names, ignoreOrder: true);

    [TestCaseSource(nameof(Names))]
    public void A_target_takes_any_bytes_and_none(string name)
    {
        FuzzTarget target = FuzzTargets.Create(name).ShouldNotBeNull();
        target.Name.ShouldBe(name);
        target.Check([]);
        for (uint seed = 0; seed < 20; seed++)
            target.Check(Vectors.Lcg(seed, 200));
    }
}
