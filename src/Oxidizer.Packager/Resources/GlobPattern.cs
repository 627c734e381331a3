namespace Oxidizer.Packager.Resources;

/// <summary>
/// A glob over module names, as <c>fnmatch</c> has it: <c>*</c> is any text (dots too), <c>?</c> one character, <c>[ab]</c>, <c>[a-z]</c>
/// and <c>[!a]</c> one of several. Case counts.
/// </summary>
internal sealed class GlobPattern(string text)
{
    /// <summary>The pattern as written.</summary>
    public string Text { get; } = text;

    /// <summary>Whether the whole of a name matches.</summary>
    public bool Matches(string name)
    {
        // The last star is the only place to come back to: linear in practice, quadratic at worst, never exponential.
        int pattern = 0,
            position = 0,
            star = -1,
            starPosition = 0;
        while (position < name.Length)
        {
            if (pattern < Text.Length && Text[pattern] == '*')
            {
                star = pattern++;
                starPosition = position;
            }
            else if (pattern < Text.Length && MatchesOne(ref pattern, name[position]))
                position++;
            else if (star >= 0)
            {
                pattern = star + 1;
                position = ++starPosition;
            }
            else
                return false;
        }
        return Text.AsSpan(pattern).TrimStart('*').IsEmpty;
    }

    // On success `pattern` stands after what matched.
    private bool MatchesOne(ref int pattern, char c)
    {
        if (Text[pattern] == '[' && Text.IndexOf(']', Math.Min(pattern + 2, Text.Length)) is > 0 and var end)
        {
            var set = Text.AsSpan(pattern + 1, end - pattern - 1);
            var negated = set[0] == '!';
            if (InSet(negated ? set[1..] : set, c) == negated)
                return false;
            pattern = end + 1;
            return true;
        }
        if (Text[pattern] != '?' && Text[pattern] != c)
            return false;
        pattern++;
        return true;
    }

    private static bool InSet(ReadOnlySpan<char> set, char c)
    {
        for (var index = 0; index < set.Length; index++)
        {
            if (index + 2 < set.Length && set[index + 1] == '-')
            {
                if (c >= set[index] && c <= set[index + 2])
                    return true;
                index += 2;
            }
            else if (set[index] == c)
                return true;
        }
        return false;
    }
}
