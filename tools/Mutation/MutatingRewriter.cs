using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KcpTun.Mutation;

/// <summary>
/// Puts every mutant of one file beside the code it replaces: <c>MutantSwitch.Is(17) ? mutated : original</c>. One
/// build then holds them all. The mutated side holds no further mutants, so the code grows in proportion.
/// </summary>
internal sealed class MutatingRewriter(string file, SemanticModel model, Func<Mutant, bool> isWanted)
    : CSharpSyntaxRewriter
{
    private const string Switch = "global::KcpTun.MutantSwitch.Is";

    private readonly Dictionary<string, int> _occurrences = [];
    private string _member = "";
    private bool _isStatic;

    public List<Mutant> Mutants { get; } = [];

    public override SyntaxNode? Visit(SyntaxNode? node)
    {
        if (node is not MemberDeclarationSyntax member
            || node is BaseTypeDeclarationSyntax or BaseNamespaceDeclarationSyntax)
        {
            return base.Visit(node);
        }

        (string outer, bool wasStatic) = (_member, _isStatic);
        _member = NameOf(member);
        // A static method may be what fills a static field: its mutants are harmless with a process of their own.
        _isStatic = member.Modifiers.Any(SyntaxKind.StaticKeyword)
            && (member is FieldDeclarationSyntax or PropertyDeclarationSyntax or ConstructorDeclarationSyntax
                || file.EndsWith("GaloisField.cs", StringComparison.Ordinal));
        SyntaxNode? visited = base.Visit(node);
        (_member, _isStatic) = (outer, wasStatic);
        return visited;
    }

    public override SyntaxNode? VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        bool isPossible = !MutationOperators.DeclaresSomething(node) && !MutationOperators.WantsConstant(node)
            && !model.GetConstantValue(node).HasValue;
        ExpressionSyntax? mutated = isPossible ? MutationOperators.Exchange(node, model) : null;
        int? id = mutated is null ? null : Register(node, node.ToString(), mutated.ToString());
        SyntaxNode visited = base.VisitBinaryExpression(node)!;
        return id is { } known ? Choice(known, mutated!, (ExpressionSyntax)visited) : visited;
    }

    public override SyntaxNode? VisitLiteralExpression(LiteralExpressionSyntax node)
    {
        ExpressionSyntax? mutated = MutationOperators.WantsConstant(node)
            || node.Parent is WhileStatementSyntax or PrefixUnaryExpressionSyntax { Parent: PatternSyntax }
            ? null : MutationOperators.Exchange(node);
        ITypeSymbol? type = model.GetTypeInfo(node).ConvertedType;
        if (mutated is null || type is null || type.SpecialType == SpecialType.None)
            return node;
        if (Register(node, $"{node} in {Shorten(node.Parent!.ToString())}", mutated.ToString()) is not { } id)
            return node;
        string name = type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
        return SyntaxFactory.ParseExpression(Text($"(({name}){Choice(id, mutated, node)})")).WithTriviaFrom(node);
    }

    public override SyntaxNode? VisitIfStatement(IfStatementSyntax node)
    {
        bool isPossible = !MutationOperators.DeclaresSomething(node.Condition);
        int? id = isPossible ? Register(node, $"if ({node.Condition})", "negated") : null;
        var visited = (IfStatementSyntax)base.VisitIfStatement(node)!;
        return id is { } known
            ? visited.WithCondition(SyntaxFactory.ParseExpression(Text($"{Switch}({known}) != ({visited.Condition})")))
            : visited;
    }

    public override SyntaxNode? VisitConditionalExpression(ConditionalExpressionSyntax node)
    {
        bool isPossible = !MutationOperators.DeclaresSomething(node.Condition)
            && node.WhenTrue is not RefExpressionSyntax && !MutationOperators.WantsConstant(node);
        int? id = isPossible ? Register(node, $"{node.Condition} ? :", "negated") : null;
        var visited = (ConditionalExpressionSyntax)base.VisitConditionalExpression(node)!;
        return id is { } known
            ? visited.WithCondition(SyntaxFactory.ParseExpression(
                Text($"({Switch}({known}) != ({visited.Condition})) ")))
            : visited;
    }

    public override SyntaxNode? VisitExpressionStatement(ExpressionStatementSyntax node)
    {
        int? id = MutationOperators.CanDrop(node, model) ? Register(node, node.ToString(), "dropped") : null;
        var visited = (ExpressionStatementSyntax)base.VisitExpressionStatement(node)!;
        return id is { } known
            ? SyntaxFactory.ParseStatement(Text($"{{ if (!{Switch}({known})) {visited} }}\n"))
            : visited;
    }

    private static ParenthesizedExpressionSyntax Choice(int id, ExpressionSyntax mutated, ExpressionSyntax original) =>
        (ParenthesizedExpressionSyntax)SyntaxFactory.ParseExpression(
            Text($"({Switch}({id}) ? ({mutated}) : ({original}))"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private int? Register(SyntaxNode node, string original, string replacement)
    {
        string change = $"{_member}: {Shorten(original)} -> {Shorten(replacement)}";
        int occurrence = _occurrences[change] = _occurrences.GetValueOrDefault(change) + 1;
        int line = node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
        var mutant = new Mutant(
            NextId, file, line, _member, Shorten(original), Shorten(replacement), occurrence, _isStatic);
        if (!isWanted(mutant))
            return null;
        Mutants.Add(mutant);
        return mutant.Id;
    }

    /// <summary>Counts over all files.</summary>
    public int FirstId { private get; init; }

    private int NextId => FirstId + Mutants.Count;

    private static string Shorten(string code) =>
        string.Join(' ', code.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string NameOf(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        FieldDeclarationSyntax field => field.Declaration.Variables[0].Identifier.Text,
        ConstructorDeclarationSyntax => "constructor",
        _ => member.Kind().ToString(),
    };
}
