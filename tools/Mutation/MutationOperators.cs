using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KcpTun.Mutation;

/// <summary>What is changed: the mistakes that people make with bounds, signs, conditions, numbers and steps.</summary>
internal static class MutationOperators
{
    private static readonly Dictionary<SyntaxKind, (SyntaxKind Kind, SyntaxKind Token)> s_binary = new()
    {
        [SyntaxKind.LessThanExpression] = (SyntaxKind.LessThanOrEqualExpression, SyntaxKind.LessThanEqualsToken),
        [SyntaxKind.LessThanOrEqualExpression] = (SyntaxKind.LessThanExpression, SyntaxKind.LessThanToken),
        [SyntaxKind.GreaterThanExpression] =
            (SyntaxKind.GreaterThanOrEqualExpression, SyntaxKind.GreaterThanEqualsToken),
        [SyntaxKind.GreaterThanOrEqualExpression] = (SyntaxKind.GreaterThanExpression, SyntaxKind.GreaterThanToken),
        [SyntaxKind.EqualsExpression] = (SyntaxKind.NotEqualsExpression, SyntaxKind.ExclamationEqualsToken),
        [SyntaxKind.NotEqualsExpression] = (SyntaxKind.EqualsExpression, SyntaxKind.EqualsEqualsToken),
        [SyntaxKind.AddExpression] = (SyntaxKind.SubtractExpression, SyntaxKind.MinusToken),
        [SyntaxKind.SubtractExpression] = (SyntaxKind.AddExpression, SyntaxKind.PlusToken),
        [SyntaxKind.MultiplyExpression] = (SyntaxKind.DivideExpression, SyntaxKind.SlashToken),
        [SyntaxKind.DivideExpression] = (SyntaxKind.MultiplyExpression, SyntaxKind.AsteriskToken),
        [SyntaxKind.ModuloExpression] = (SyntaxKind.MultiplyExpression, SyntaxKind.AsteriskToken),
        [SyntaxKind.LogicalAndExpression] = (SyntaxKind.LogicalOrExpression, SyntaxKind.BarBarToken),
        [SyntaxKind.LogicalOrExpression] = (SyntaxKind.LogicalAndExpression, SyntaxKind.AmpersandAmpersandToken),
        [SyntaxKind.BitwiseAndExpression] = (SyntaxKind.BitwiseOrExpression, SyntaxKind.BarToken),
        [SyntaxKind.BitwiseOrExpression] = (SyntaxKind.BitwiseAndExpression, SyntaxKind.AmpersandToken),
        [SyntaxKind.LeftShiftExpression] = (SyntaxKind.RightShiftExpression, SyntaxKind.GreaterThanGreaterThanToken),
        [SyntaxKind.RightShiftExpression] = (SyntaxKind.LeftShiftExpression, SyntaxKind.LessThanLessThanToken),
    };

    /// <summary>The expression with its operator exchanged; null if there is nothing to exchange it for.</summary>
    public static ExpressionSyntax? Exchange(BinaryExpressionSyntax node, SemanticModel model)
    {
        if (!s_binary.TryGetValue(node.Kind(), out (SyntaxKind Kind, SyntaxKind Token) other))
            return null;
        bool comparesAnything = node.Kind() is SyntaxKind.EqualsExpression or SyntaxKind.NotEqualsExpression;
        if (!comparesAnything && (!IsPlain(node.Left, model) || !IsPlain(node.Right, model)))
            return null;
        return SyntaxFactory.BinaryExpression(
            other.Kind,
            node.Left.WithoutTrivia(),
            SyntaxFactory.Token(other.Token).WithLeadingTrivia(SyntaxFactory.Space).WithTrailingTrivia(
                SyntaxFactory.Space),
            node.Right.WithoutTrivia());
    }

    /// <summary>One more than an integer; the other truth value.</summary>
    public static ExpressionSyntax? Exchange(LiteralExpressionSyntax node) => node.Kind() switch
    {
        SyntaxKind.TrueLiteralExpression => SyntaxFactory.LiteralExpression(SyntaxKind.FalseLiteralExpression),
        SyntaxKind.FalseLiteralExpression => SyntaxFactory.LiteralExpression(SyntaxKind.TrueLiteralExpression),
        SyntaxKind.NumericLiteralExpression when node.Token.Value is int number and < int.MaxValue =>
            SyntaxFactory.LiteralExpression(
                SyntaxKind.NumericLiteralExpression, SyntaxFactory.Literal(number + 1)),
        _ => null,
    };

    /// <summary>Whether a statement can be left out without the compiler missing it.</summary>
    public static bool CanDrop(ExpressionStatementSyntax node, SemanticModel model)
    {
        if (DeclaresSomething(node))
            return false;
        switch (node.Expression)
        {
            case InvocationExpressionSyntax call:
                string name = call.Expression.ToString();
                return name is not ("ArgumentNullException.ThrowIfNull" or "Debug.Assert");
            case AssignmentExpressionSyntax assignment when assignment.IsKind(SyntaxKind.SimpleAssignmentExpression):
                return model.GetSymbolInfo(assignment.Left).Symbol is IFieldSymbol or IPropertySymbol
                    || assignment.Left is ElementAccessExpressionSyntax;
            default:
                return true;
        }
    }

    /// <summary>Whether the code introduces a variable, which must not be introduced twice.</summary>
    public static bool DeclaresSomething(SyntaxNode node) => node.DescendantNodesAndSelf().Any(inner =>
        inner is DeclarationExpressionSyntax or VariableDesignationSyntax or RefExpressionSyntax
            or AnonymousFunctionExpressionSyntax or QueryExpressionSyntax
        || inner is ArgumentSyntax { RefKindKeyword.RawKind: (int)SyntaxKind.OutKeyword });

    /// <summary>Whether the place wants a constant, which a switch at run time is not.</summary>
    public static bool WantsConstant(SyntaxNode node) => node.Ancestors().TakeWhile(a => a is not BlockSyntax).Any(a =>
        a is AttributeSyntax or PatternSyntax or SwitchLabelSyntax or EnumMemberDeclarationSyntax or ParameterSyntax
            or CollectionExpressionSyntax
        || a is FieldDeclarationSyntax { Modifiers: var m } && m.Any(SyntaxKind.ConstKeyword)
        || a is LocalDeclarationStatementSyntax { IsConst: true });

    private static bool IsPlain(ExpressionSyntax node, SemanticModel model) =>
        model.GetTypeInfo(node).Type?.SpecialType is >= SpecialType.System_Boolean and <= SpecialType.System_Double;
}
