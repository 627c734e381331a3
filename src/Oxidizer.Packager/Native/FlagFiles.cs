using Oxidizer.Cache;

namespace Oxidizer.Packager.Native;

/// <summary>
/// The files that flags name: <c>@file</c> and what stands in it, objects and archives, <c>-specs=file</c>, <c>-fplugin=file</c>,
/// <c>-Wl,--version-script=file</c>.
/// Their content is an input like any other. A word that may be a file counts when there is one; that is asked again at each build.
/// </summary>
internal static class FlagFiles
{
    private const int DeepestResponse = 16;
    private static readonly char[] s_separators = ['=', ','];

    /// <summary>The flags, each response file replaced by what it holds.</summary>
    public static IReadOnlyList<string> Expand(IEnumerable<string> flags) =>
        [.. flags.SelectMany(flag => Walk(flag, 0)).Where(word => !word.IsOpened).Select(word => word.Text)];

    /// <summary>The files that flags name, response files and what those name included, each once, in order.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> flags) =>
        [
            .. flags
                .SelectMany(flag => Walk(flag, 0))
                .SelectMany(word => Candidates(word.Text))
                .Where(File.Exists)
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>Adds the files' contents to a key. Their names are in the flags.</summary>
    public static ActionKeyBuilder AddTo(ActionKeyBuilder key, IReadOnlyList<string> flags, IActionCache cache)
    {
        foreach (var file in Of(flags))
            key.Add(file, cache.DigestFile(file));
        return key;
    }

    private static IEnumerable<string> Candidates(string flag)
    {
        if (flag.StartsWith('@'))
            yield return flag[1..];
        else if (!flag.StartsWith('-'))
            yield return flag;
        else
        {
            // `-Wl,-T,file` and `-Wl,--version-script=file` name theirs between signs, `-T file` in a word of its own.
            foreach (var part in flag.Split(s_separators).Skip(1))
                yield return part.TrimStart('@');
        }
    }

    // A response file, and then each word in it. A file that names itself is read only so deep; the tool that reads it reports that.
    private static IEnumerable<(string Text, bool IsOpened)> Walk(string flag, int depth) =>
        flag.StartsWith('@') && depth < DeepestResponse && File.Exists(flag[1..])
            ? Words(File.ReadAllText(flag[1..])).SelectMany(word => Walk(word, depth + 1)).Prepend((flag, true))
            : [(flag, false)];

    // As libiberty's buildargv reads them: quotes of both kinds, and backslashes.
    private static IEnumerable<string> Words(string text)
    {
        var word = new System.Text.StringBuilder();
        var (quote, inWord) = ('\0', false);
        for (var index = 0; index < text.Length; index++)
        {
            var c = text[index];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (inWord)
                    yield return word.ToString();
                word.Clear();
                inWord = false;
                continue;
            }
            inWord = true;
            if (c == '\\' && index + 1 < text.Length)
                word.Append(text[++index]);
            else if (c == quote)
                quote = '\0';
            else if (quote == '\0' && c is '"' or '\'')
                quote = c;
            else
                word.Append(c);
        }
        if (inWord)
            yield return word.ToString();
    }
}
