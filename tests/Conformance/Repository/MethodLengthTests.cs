using KcpTun.Conformance.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace KcpTun.Conformance.Repository;

/// <summary>No function is longer than a reader can hold in mind; the attributes above it do not count.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class MethodLengthTests
{
    private const int MaxLines = 60;

    [Test]
    public void Methods_stay_short() => RepositoryText.Sources().SelectMany(LongMethods).ShouldBeEmpty();

    [Test]
    public void A_long_method_is_noticed()
    {
        string body = string.Concat(Enumerable.Repeat("    x++;\n", MaxLines - 3));
        LongMethods("A.cs", $"class A\n{{\n  void F(int x)\n  {{\n{body}  }}\n}}\n").ShouldBeEmpty();
        LongMethods("A.cs", $"class A\n{{\n  void F(int x)\n  {{\n    x++;\n{body}  }}\n}}\n")
            .ShouldBe(["A.cs:3 F, 61 lines"]);
    }

    private static IEnumerable<string> LongMethods(string file) =>
        LongMethods(Path.GetRelativePath(RepositoryRoot.Path, file), File.ReadAllText(file));

    private static IEnumerable<string> LongMethods(string name, string text)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(text);
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes().Where(IsFunction))
        {
            int start = node.ChildNodesAndTokens().First(part => !part.IsKind(SyntaxKind.AttributeList)).SpanStart;
            FileLinePositionSpan place = tree.GetLineSpan(TextSpan.FromBounds(start, node.Span.End));
            int lines = place.EndLinePosition.Line - place.StartLinePosition.Line + 1;
            if (lines > MaxLines)
                yield return $"{name}:{place.StartLinePosition.Line + 1} {NameOf(node)}, {lines} lines";
        }
    }

    private static bool IsFunction(SyntaxNode node) =>
        node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
            or PropertyDeclarationSyntax { ExpressionBody: not null };

    private static string NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        LocalFunctionStatementSyntax local => local.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        _ => node.Kind().ToString(),
    };
}
