using System.Text;

namespace Oxidizer.Packager.Native;

/// <summary>
/// The headers that a compilation read, from the compiler's make rule. Our own are kept as <c>runtime:pyembed/x.h</c> and those of the
/// distribution are left out (its archive's digest stands for them), so that the list holds for every checkout and cache folder.
/// </summary>
/// <param name="Names">Absolute paths, or names with <see cref="RuntimePrefix"/>, in ordinal order.</param>
internal sealed record HeaderList(IReadOnlyList<string> Names)
{
    /// <summary>Stands before a header that travels inside this assembly.</summary>
    public const string RuntimePrefix = "runtime:";

    /// <summary>Reads a rule such as <c>x.o: x.c a.h \</c> with backslashes before spaces and line ends.</summary>
    public static HeaderList FromMakeRule(string rule, string runtimeFolder, string distributionRoot)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var word in Words(rule[(rule.IndexOf(':') + 1)..]).Skip(1))
        {
            var path = Path.GetFullPath(word);
            if (Below(path, distributionRoot) is null)
                names.Add(Below(path, runtimeFolder) is { } own ? RuntimePrefix + own : path);
        }
        return new HeaderList([.. names]);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static HeaderList Read(byte[] bytes) => new(Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>A name a line.</summary>
    public byte[] Write() => Encoding.UTF8.GetBytes(string.Join('\n', Names));

    private static string? Below(string path, string folder) =>
        path.StartsWith(folder + "/", StringComparison.Ordinal) ? path[(folder.Length + 1)..] : null;

    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        for (var index = 0; index < text.Length; index++)
        {
            var c = text[index];
            if (c == '\\' && index + 1 < text.Length && text[index + 1] is ' ' or '#' or '\\')
                word.Append(text[++index]);
            else if (c is '\\' or '\n' or ' ' or '\t' or '\r')
            {
                if (word.Length > 0)
                    yield return word.ToString();
                word.Clear();
            }
            else
                word.Append(c);
        }
        if (word.Length > 0)
            yield return word.ToString();
    }
}
