using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.Configuration;

/// <summary>What stands in a <c>target</c> key: a triple, a glob over triples, or <c>all</c>.</summary>
internal static class TargetPattern
{
    // Standalone distributions exist for these, and CPython knows them. A table for an unknown architecture would silently never apply.
    private static readonly string[] s_architectures =
    [
        "x86_64",
        "x86_64_v2",
        "x86_64_v3",
        "x86_64_v4",
        "aarch64",
        "i686",
        "armv7",
        "arm",
        "riscv64",
        "riscv64gc",
        "ppc64le",
        "powerpc64le",
        "s390x",
        "loongarch64",
        "mips",
        "mipsel",
        "wasm32",
    ];

    /// <summary>Whether the entries under the pattern apply to the target.</summary>
    public static bool Matches(string pattern, TargetTriple target) => pattern == "all" || Glob(pattern, target.Value);

    /// <summary>Why a text is no triple, with the way out; <c>null</c> if it is one.</summary>
    public static string? ProblemOfTriple(string text)
    {
        var parts = text.Split('-');
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return $"`{text}` is not a target triple; write one such as `{TargetTriple.Host}`";
        if (Array.IndexOf(s_architectures, parts[0]) >= 0 && parts.Length is >= 3 and <= 4 && Array.IndexOf(parts, "") < 0)
            return null;
        var nearest = NearestName.Of(parts[0], s_architectures);
        return nearest is not null && nearest != parts[0]
            ? $"`{text}` is not a known target triple; did you mean the architecture `{nearest}`?"
            : $"`{text}` is not a known target triple; write one such as `{TargetTriple.Host}`";
    }

    /// <summary>Why a text is no pattern, with the way out; <c>null</c> if it is one.</summary>
    public static string? ProblemOfPattern(string text)
    {
        if (text == "all")
            return null;
        if (text.AsSpan().ContainsAny('*', '?'))
            return null;
        return ProblemOfTriple(text) is null
            ? null
            : ProblemOfTriple(text) + " (a pattern such as `*-linux-gnu` and `all` are possible too)";
    }

    // Iterative, with one point to return to: a hostile pattern of many stars costs at most its length times the text's.
    private static bool Glob(string pattern, string text)
    {
        int p = 0,
            t = 0,
            star = -1,
            resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
                (star, resume) = (p++, t);
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
                (p, t) = (p + 1, t + 1);
            else if (star >= 0)
                (p, t) = (star + 1, ++resume);
            else
                return false;
        }
        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }
}
