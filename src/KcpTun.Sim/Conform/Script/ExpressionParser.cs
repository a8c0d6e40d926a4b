namespace KcpTun.Sim.Conform.Script;

/// <summary>Reads expressions by precedence.</summary>
internal static class ExpressionParser
{
    /// <summary>Parentheses and operators inside each other; more is no expression anybody writes.</summary>
    private const int MaxDepth = 50;

    /// <summary>From the weakest to the strongest. The longer of two that begin alike stands first.</summary>
    private static readonly string[][] s_levels =
        [["||"], ["&&"], ["==", "!=", "<=", ">=", "<", ">"], ["+", "-"], ["*", "/", "%"]];

    /// <summary>Functions with a name for an argument.</summary>
    private static readonly string[] s_functions = ["count", "bytes", "counter"];

    public static Expression Parse(LineReader reader) => Binary(reader, 0, 0);

    /// <summary>A value that ends where a field ends: a number, a variable, or an expression in parentheses.</summary>
    public static Expression Operand(LineReader reader) => Operand(reader, 0);

    private static Expression Binary(LineReader reader, int level, int depth)
    {
        if (depth > MaxDepth)
            throw reader.Error("the expression is too deep");
        if (level == s_levels.Length)
            return Operand(reader, depth + 1);
        Expression left = Binary(reader, level + 1, depth);
        while (Array.Find(s_levels[level], reader.TryTake) is { } name)
            left = new Expression.Binary(name, left, Binary(reader, level + 1, depth));
        return left;
    }

    private static Expression Operand(LineReader reader, int depth)
    {
        if (depth > MaxDepth)
            throw reader.Error("the expression is too deep");
        if (reader.Peek == '$')
            return new Expression.Variable(reader.Variable());
        if (char.IsAsciiDigit(reader.Peek))
            return new Expression.Literal(reader.Number());
        if (reader.TryTake("-"))
            return new Expression.Unary('-', Operand(reader, depth + 1));
        if (reader.TryTake("!"))
            return new Expression.Unary('!', Operand(reader, depth + 1));
        if (reader.TryTake("now"))
            return new Expression.Time();
        if (reader.TryTake("diff"))
            return Difference(reader, depth + 1);
        if (Array.Find(s_functions, reader.TryTake) is { } function)
            return Call(reader, function);
        if (!reader.TryTake("("))
            throw reader.Error("expected a number, a variable or an expression in parentheses");
        Expression inner = Binary(reader, 0, depth + 1);
        reader.Take(")");
        return inner;
    }

    private static Expression.Difference Difference(LineReader reader, int depth)
    {
        reader.Take("(");
        Expression left = Binary(reader, 0, depth);
        reader.Take(",");
        Expression right = Binary(reader, 0, depth);
        reader.Take(")");
        return new Expression.Difference(left, right);
    }

    private static Expression.Call Call(LineReader reader, string function)
    {
        reader.Take("(");
        string argument = reader.Word("a name");
        reader.Take(")");
        return new Expression.Call(function, argument);
    }
}
