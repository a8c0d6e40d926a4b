namespace KcpTun.Sim.Conform.Script;

/// <summary>Reads the text of a note, in which <c>{EXPRESSION}</c> stands for a value.</summary>
internal static class NoteParser
{
    public static IReadOnlyList<(string Text, Expression? Value)> Parse(LineReader line)
    {
        List<(string, Expression?)> parts = [];
        while (true)
        {
            string text = line.Until('{');
            if (!line.TryTake("{"))
            {
                parts.Add((text, null));
                return parts;
            }

            parts.Add((text, ExpressionParser.Parse(line)));
            line.Take("}");
        }
    }
}
