using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Script;

/// <summary>What stands behind <c>name=</c>: a value to send, or what is accepted.</summary>
internal abstract record ValuePattern
{
    /// <summary>The value to send.</summary>
    public virtual FieldValue Evaluate(Scope scope) =>
        throw new ScriptRunException("a packet that is sent needs one value for each field");

    /// <summary>
    /// Whether <paramref name="actual"/> is accepted. An unset variable stays unset until all matched.
    /// </summary>
    public abstract bool Accepts(FieldValue actual, Scope scope);

    /// <summary><c>*</c>.</summary>
    public sealed record Any : ValuePattern
    {
        public override bool Accepts(FieldValue actual, Scope scope) => true;
    }

    /// <summary>A number.</summary>
    public sealed record Exactly(Expression Value) : ValuePattern
    {
        public override FieldValue Evaluate(Scope scope) => FieldValue.Of(Value.Evaluate(scope));

        public override bool Accepts(FieldValue actual, Scope scope) =>
            Value is Expression.Variable variable && !scope.IsSet(variable.Name)
                || actual.Number == Value.Evaluate(scope);
    }

    /// <summary><c>low..high</c>; without an end it is open.</summary>
    public sealed record Between(Expression? Low, Expression? High) : ValuePattern
    {
        public override bool Accepts(FieldValue actual, Scope scope) =>
            (Low is null || actual.Number >= Low.Evaluate(scope))
            && (High is null || actual.Number <= High.Evaluate(scope));
    }

    /// <summary>Bytes.</summary>
    public sealed record Bytes(BytesExpression Value) : ValuePattern
    {
        public override FieldValue Evaluate(Scope scope) => FieldValue.Of(Value.Evaluate(scope));

        public override bool Accepts(FieldValue actual, Scope scope) =>
            actual.Bytes is { } bytes && bytes.Span.SequenceEqual(Value.Evaluate(scope));
    }

    /// <summary>A shape of FEC groups.</summary>
    public sealed record Shape(int DataShards, int ParityShards) : ValuePattern
    {
        public override FieldValue Evaluate(Scope scope) => FieldValue.OfShape(DataShards, ParityShards);

        public override bool Accepts(FieldValue actual, Scope scope) => actual == Evaluate(scope);
    }

    public static ValuePattern Parse(LineReader reader)
    {
        if (reader.TryTake("*"))
            return new Any();
        if (reader.TryTake(">="))
            return new Between(ExpressionParser.Operand(reader), null);
        if (reader.TryTake("<="))
            return new Between(null, ExpressionParser.Operand(reader));
        if (BytesExpression.TryParse(reader) is { } bytes)
            return new Bytes(bytes);
        Expression value = ExpressionParser.Operand(reader);
        return reader.TryTake("..") ? new Between(value, ExpressionParser.Operand(reader)) : new Exactly(value);
    }
}
