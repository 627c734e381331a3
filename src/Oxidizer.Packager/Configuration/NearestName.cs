namespace Oxidizer.Packager.Configuration;

/// <summary>Guesses what was meant by a name that does not exist.</summary>
internal static class NearestName
{
    /// <summary>The known name that needs the fewest edits, if they are few for its length; else <c>null</c>.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        // `-` for `_` and capitals are no different words.
        var wanted = Fold(name);
        var best = Math.Max(1, wanted.Length / 3) + 1;
        string? nearest = null;
        foreach (var candidate in known)
        {
            if (Math.Abs(candidate.Length - wanted.Length) >= best)
                continue;
            var distance = Distance(wanted, Fold(candidate));
            if (distance < best)
                (best, nearest) = (distance, candidate);
        }
        return nearest;
    }

    private static string Fold(string name) => name.Replace('-', '_').ToLowerInvariant();

    // Edits are a letter more, less or other, and two letters that changed places.
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= right.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var other = left[i - 1] == right[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + other);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[left.Length, right.Length];
    }
}
