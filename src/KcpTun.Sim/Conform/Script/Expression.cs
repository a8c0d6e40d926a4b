namespace KcpTun.Sim.Conform.Script;

/// <summary>An expression over integers; a comparison is 1 or 0.</summary>
internal abstract record Expression
{
    public abstract long Evaluate(Scope scope);

    /// <summary>A value that is written down.</summary>
    public sealed record Literal(long Value) : Expression
    {
        public override long Evaluate(Scope scope) => Value;
    }

    /// <summary><c>$x</c>.</summary>
    public sealed record Variable(string Name) : Expression
    {
        public override long Evaluate(Scope scope) =>
            scope.Find(Name) ?? throw new ScriptRunException($"${Name} has no value yet");
    }

    /// <summary><c>now</c>.</summary>
    public sealed record Time : Expression
    {
        public override long Evaluate(Scope scope) => scope.NowMs;
    }

    /// <summary><c>count(ACK)</c> and the like.</summary>
    public sealed record Call(string Function, string Argument) : Expression
    {
        public override long Evaluate(Scope scope) => scope.Call(Function, Argument)
            ?? throw new ScriptRunException($"{Function}({Argument}) is not known here");
    }

    /// <summary><c>diff(a,b)</c>: a−b of sequence numbers and times that wrap at 2^32.</summary>
    public sealed record Difference(Expression Left, Expression Right) : Expression
    {
        public override long Evaluate(Scope scope) => unchecked((int)(Left.Evaluate(scope) - Right.Evaluate(scope)));
    }

    /// <summary><c>!x</c> and <c>-x</c>.</summary>
    public sealed record Unary(char Operator, Expression Operand) : Expression
    {
        public override long Evaluate(Scope scope)
        {
            long value = Operand.Evaluate(scope);
            return Operator == '-' ? unchecked(-value) : value == 0 ? 1 : 0;
        }
    }

    /// <summary>Two operands.</summary>
    public sealed record Binary(string Operator, Expression Left, Expression Right) : Expression
    {
        public override long Evaluate(Scope scope)
        {
            long left = Left.Evaluate(scope);
            if (Operator == "&&")
                return left != 0 && Right.Evaluate(scope) != 0 ? 1 : 0;
            if (Operator == "||")
                return left != 0 || Right.Evaluate(scope) != 0 ? 1 : 0;
            return Apply(Operator, left, Right.Evaluate(scope));
        }

        private static long Apply(string name, long left, long right) => unchecked(name switch
        {
            "+" => left + right,
            "-" => left - right,
            "*" => left * right,
            "/" => right is 0 or -1 ? Divide(left, right) : left / right,
            "%" => right is 0 or -1 ? Remainder(right) : left % right,
            "==" => left == right ? 1 : 0,
            "!=" => left != right ? 1 : 0,
            "<" => left < right ? 1 : 0,
            "<=" => left <= right ? 1 : 0,
            ">" => left > right ? 1 : 0,
            _ => left >= right ? 1 : 0,
        });

        private static long Divide(long left, long right) =>
            right == 0 ? throw new ScriptRunException("division by zero") : unchecked(-left);

        private static long Remainder(long right) =>
            right == 0 ? throw new ScriptRunException("division by zero") : 0;
    }
}
