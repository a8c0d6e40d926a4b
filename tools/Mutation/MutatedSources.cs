using System.IO.Hashing;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KcpTun.Mutation;

/// <summary>A copy of src/KcpTun below artifacts/mutation, with every chosen mutant in it behind the switch.</summary>
internal static class MutatedSources
{
    private static readonly string[] s_folders = ["Kcp", "Fec", "Smux"];

    // Kernels for instructions that few processors have: where they exist, GaloisKernelTests compares them with the
    // plain one byte by byte; where they do not, no test can reach them.
    private static readonly string[] s_processors = ["Fec/Affine", "Fec/Shuffle512"];

    private static readonly string[] s_implicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading"];

    /// <summary>Writes the copy.</summary>
    /// <param name="percent">How many of the possible mutants to take; which ones depends on what they change.</param>
    public static IReadOnlyList<Mutant> Write(int percent)
    {
        string source = Path.Combine(Repository.Root, "src", "KcpTun");
        string target = Path.Combine(Repository.Work, "src", "KcpTun");
        if (Directory.Exists(target))
            Directory.Delete(target, recursive: true);
        foreach (string file in SourceFiles(source).Append(Path.Combine(source, "KcpTun.csproj")))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        File.Copy(
            Path.Combine(Repository.Root, "BannedSymbols.txt"),
            Path.Combine(Repository.Work, "BannedSymbols.txt"),
            overwrite: true);
        File.WriteAllText(Path.Combine(target, "MutantSwitch.cs"), SwitchSource);
        return Mutate(source, target, percent);
    }

    private static List<Mutant> Mutate(string source, string target, int percent)
    {
        List<Mutant> mutants = [];
        CSharpCompilation compilation = Compile(source);
        foreach (SyntaxTree tree in compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0))
        {
            string file = Path.GetRelativePath(source, tree.FilePath);
            if (!s_folders.Any(folder => file.StartsWith(folder + "/", StringComparison.Ordinal))
                || s_processors.Any(start => file.StartsWith(start, StringComparison.Ordinal)))
            {
                continue;
            }

            var rewriter = new MutatingRewriter(
                file, compilation.GetSemanticModel(tree), mutant => IsChosen(mutant, percent))
            {
                FirstId = mutants.Count,
            };
            SyntaxNode mutated = rewriter.Visit(tree.GetRoot())!;
            File.WriteAllText(Path.Combine(target, file), mutated.ToFullString());
            mutants.AddRange(rewriter.Mutants);
        }

        return mutants;
    }

    private static CSharpCompilation Compile(string source)
    {
        CSharpParseOptions options = new(LanguageVersion.Preview);
        string usings = string.Concat(s_implicitUsings.Select(name => $"global using {name};\n"));
        IEnumerable<SyntaxTree> trees = SourceFiles(source)
            .Order(StringComparer.Ordinal)
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), options, file));
        string platform = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        return CSharpCompilation.Create(
            "KcpTun",
            trees.Append(CSharpSyntaxTree.ParseText(usings, options)),
            platform.Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
    }

    private static bool IsChosen(Mutant mutant, int percent) =>
        XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(mutant.Key)) % 100 < percent;

    private static string[] SourceFiles(string source) =>
        Directory.GetFiles(source, "*.cs", SearchOption.AllDirectories);

    private const string SwitchSource =
        """
        namespace KcpTun;

        /// <summary>Which mutant is on. Notes which ones a test could have met.</summary>
        public static class MutantSwitch
        {
            public static int Active = -1;

            public static bool[]? Met;

            public static bool Is(int mutant)
            {
                if (Met is { } met)
                    met[mutant] = true;
                return mutant == Active;
            }
        }
        """;
}
