namespace KcpTun.Sim.Links;

/// <summary>
/// Divides a value between the directions. An element <c>up=…</c> or <c>down=…</c> begins that direction's part, which
/// reaches to the next such element: <c>up=5,burst=4,down=9,burst=2</c> is <c>5,burst=4</c> and <c>9,burst=2</c>. A
/// value without such an element is that of both.
/// </summary>
internal static class DirectionalValue
{
    private const string UpPrefix = "up=";
    private const string DownPrefix = "down=";

    /// <returns>False if a part is given twice, or something stands before the first part.</returns>
    public static bool TrySplit(string text, out string? up, out string? down)
    {
        up = down = null;
        string[] elements = text.Split(',');
        int first = Array.FindIndex(elements, IsStart);
        if (first != 0)
        {
            up = down = text;
            return first < 0;
        }

        for (int start = 0; start < elements.Length;)
        {
            int end = Array.FindIndex(elements, start + 1, IsStart);
            if (end < 0)
                end = elements.Length;
            bool isUp = elements[start].StartsWith(UpPrefix, StringComparison.Ordinal);
            ref string? part = ref isUp ? ref up : ref down;
            if (part is not null)
                return false;
            part = string.Join(',', elements[start..end])[(isUp ? UpPrefix : DownPrefix).Length..];
            start = end;
        }

        return true;
    }

    private static bool IsStart(string element) =>
        element.StartsWith(UpPrefix, StringComparison.Ordinal)
        || element.StartsWith(DownPrefix, StringComparison.Ordinal);
}
