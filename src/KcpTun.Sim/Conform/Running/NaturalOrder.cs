namespace KcpTun.Sim.Conform.Running;

/// <summary>Orders ids as a reader expects: digits by their number, everything else by its characters.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x;
        ReadOnlySpan<char> right = y;
        while (!left.IsEmpty && !right.IsEmpty)
        {
            int order = ComparePart(ref left, ref right);
            if (order != 0)
                return order;
        }

        return left.Length - right.Length;
    }

    private static int ComparePart(ref ReadOnlySpan<char> left, ref ReadOnlySpan<char> right)
    {
        int leftDigits = Digits(left);
        int rightDigits = Digits(right);
        if (leftDigits == 0 || rightDigits == 0)
        {
            int order = left[0].CompareTo(right[0]);
            left = left[1..];
            right = right[1..];
            return order;
        }

        ReadOnlySpan<char> leftNumber = left[..leftDigits].TrimStart('0');
        ReadOnlySpan<char> rightNumber = right[..rightDigits].TrimStart('0');
        left = left[leftDigits..];
        right = right[rightDigits..];
        return leftNumber.Length != rightNumber.Length
            ? leftNumber.Length - rightNumber.Length
            : leftNumber.CompareTo(rightNumber, StringComparison.Ordinal);
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        int count = 0;
        while (count < text.Length && char.IsAsciiDigit(text[count]))
            count++;
        return count;
    }
}
