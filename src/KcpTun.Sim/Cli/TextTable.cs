using System.Text;
using Spectre.Console;

namespace KcpTun.Sim.Cli;

/// <summary>
/// A table for people: ruled columns where it fits, one block a row where the terminal is too narrow, and no escape
/// sequences where there is no terminal.
/// </summary>
/// <param name="Headers">Names of the columns; the first column is text, the others are numbers.</param>
/// <param name="TextColumns">How many columns from the left are text.</param>
internal sealed record TextTable(IReadOnlyList<string> Headers, int TextColumns = 1)
{
    private const int Unbounded = 10_000;

    private readonly List<IReadOnlyList<string>> _rows = [];

    public void Add(params IReadOnlyList<string> cells) => _rows.Add(cells);

    public void Write(SimEnvironment environment)
    {
        int columns = environment.Columns ?? Unbounded;
        if (Width() > columns)
            WriteBlocks(environment.Output);
        else
            WriteTable(environment, columns);
    }

    private int Width()
    {
        const int Gap = 3;
        return Enumerable.Range(0, Headers.Count)
            .Sum(column => _rows.Select(row => row[column].Length).Append(Headers[column].Length).Max() + Gap);
    }

    private void WriteTable(SimEnvironment environment, int columns)
    {
        if (environment.Columns is not null)
        {
            Render(environment.Output, AnsiSupport.Detect, columns);
            return;
        }

        StringWriter lines = new();
        Render(lines, AnsiSupport.No, columns);
        environment.Output.Write(WithoutPadding(lines.ToString()));
    }

    private void Render(TextWriter output, AnsiSupport ansi, int columns)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = ansi,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = columns;
        Table table = new Table().Border(TableBorder.Simple);
        for (int i = 0; i < Headers.Count; i++)
        {
            TableColumn column = new TableColumn(Markup.Escape(Headers[i])).NoWrap();
            table.AddColumn(i < TextColumns ? column : column.RightAligned());
        }

        foreach (IReadOnlyList<string> row in _rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        console.Write(table);
    }

    private void WriteBlocks(TextWriter output)
    {
        int width = Headers.Max(header => header.Length);
        foreach (IReadOnlyList<string> row in _rows)
        {
            output.Write($"{row[0]}\n");
            for (int i = 1; i < row.Count; i++)
                output.Write($"  {Headers[i].PadRight(width)}  {row[i]}\n");
        }
    }

    private static string WithoutPadding(string text)
    {
        StringBuilder lines = new();
        foreach (string line in text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0))
            lines.Append(line).Append('\n');
        return lines.ToString();
    }
}
