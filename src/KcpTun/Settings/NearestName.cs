namespace KcpTun.Settings;

/// <summary>Finds what a misspelt word was meant to be.</summary>
internal static class NearestName
{
    private const int MaxWordLength = 64;

    /// <summary>
    /// The candidate with the fewest edits (insert, delete, replace, swap of neighbours) from <paramref name="word"/>,
    /// ignoring case; null when none is near: at most one edit in three letters, and never more than three.
    /// </summary>
    public static string? Of(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > MaxWordLength)
            return null;
        string? nearest = null;
        int fewest = Math.Clamp((word.Length + 1) / 3, 1, 3) + 1;
        foreach (string candidate in candidates)
        {
            int edits = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (edits < fewest && edits < candidate.Length)
                (nearest, fewest) = (candidate, edits);
        }

        return nearest;
    }

    /// <summary>The end of a sentence: <c>; did you mean X?</c>, or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> candidates, string prefix = "") =>
        Of(word, candidates) is { } nearest ? $"; did you mean {prefix}{nearest}?" : "";

    private static int Distance(string a, string b)
    {
        int[] beforePrevious = new int[b.Length + 1];
        int[] previous = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] current = new int[b.Length + 1];
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, Math.Min(previous[j], current[j - 1]) + 1);
                bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if (swapped)
                    current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
            }

            (beforePrevious, previous) = (previous, current);
        }

        return previous[b.Length];
    }
}
