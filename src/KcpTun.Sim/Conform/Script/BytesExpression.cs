using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Script;

/// <summary>Bytes as a script writes them.</summary>
internal abstract record BytesExpression
{
    /// <summary>More than a script needs, and little enough to hold.</summary>
    public const int MaxLength = 16 << 20;

    public abstract byte[] Evaluate(Scope scope);

    /// <summary><c>"text"</c> and <c>hex:00ff</c>.</summary>
    public sealed record Literal(byte[] Bytes) : BytesExpression
    {
        public override byte[] Evaluate(Scope scope) => Bytes;
    }

    /// <summary><c>pat(LENGTH,OFFSET)</c>: what an application sends.</summary>
    public sealed record Pattern(Expression Length, Expression Offset) : BytesExpression
    {
        public override byte[] Evaluate(Scope scope)
        {
            byte[] bytes = Allocate(Length.Evaluate(scope));
            AppPattern.Fill(bytes, Offset.Evaluate(scope));
            return bytes;
        }
    }

    /// <summary><c>fill(BYTE,LENGTH)</c>.</summary>
    public sealed record Fill(Expression Byte, Expression Length) : BytesExpression
    {
        public override byte[] Evaluate(Scope scope)
        {
            byte[] bytes = Allocate(Length.Evaluate(scope));
            Array.Fill(bytes, unchecked((byte)Byte.Evaluate(scope)));
            return bytes;
        }
    }

    /// <summary>Reads bytes, if they come next.</summary>
    public static BytesExpression? TryParse(LineReader reader)
    {
        if (reader.Peek == '"')
            return new Literal(reader.Quoted());
        if (reader.TryTake("hex:"))
            return new Literal(reader.Hex());
        if (reader.TryTake("pat"))
            return ParsePattern(reader);
        return reader.TryTake("fill") ? ParseFill(reader) : null;
    }

    private static Pattern ParsePattern(LineReader reader)
    {
        reader.Take("(");
        Expression length = ExpressionParser.Parse(reader);
        Expression offset = reader.TryTake(",") ? ExpressionParser.Parse(reader) : new Expression.Literal(0);
        reader.Take(")");
        return new Pattern(length, offset);
    }

    private static Fill ParseFill(LineReader reader)
    {
        reader.Take("(");
        Expression value = ExpressionParser.Parse(reader);
        reader.Take(",");
        Expression length = ExpressionParser.Parse(reader);
        reader.Take(")");
        return new Fill(value, length);
    }

    private static byte[] Allocate(long length) => length is >= 0 and <= MaxLength
        ? new byte[length]
        : throw new ScriptRunException($"{length} is no number of bytes from 0 to {MaxLength}");
}
