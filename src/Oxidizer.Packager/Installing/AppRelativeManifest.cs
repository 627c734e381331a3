using System.Text;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Installing;

/// <summary>
/// <c>&lt;product&gt;.files</c>: the files beside the product that builds wrote, as <c>sha256sum --check</c> reads it. From it the next
/// build knows what it may remove. docs/formats/results.md describes it.
/// </summary>
internal sealed record AppRelativeManifest(IReadOnlyList<string> Folders, IReadOnlyDictionary<string, Sha256Digest> Files)
{
    /// <summary>What the file's name ends with.</summary>
    public const string Suffix = ".files";

    private const string FolderLine = "# folder ",
        LinkLine = "# link ";

    /// <summary>Those of the files that are symbolic links; the digest is of where they lead.</summary>
    public IReadOnlySet<string> Links { get; init; } = new HashSet<string>();

    /// <summary>One that names nothing.</summary>
    public static AppRelativeManifest Empty { get; } = new([], new Dictionary<string, Sha256Digest>());

    /// <summary>Reads a manifest. A line of another form is ignored. A file that is not there is an empty manifest, and so is a
    /// link.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static AppRelativeManifest Load(string path)
    {
        Occupants.CheckIsFree(path);
        if (!File.Exists(path) || new FileInfo(path).LinkTarget is not null)
            return Empty;
        var folders = new List<string>();
        var files = new Dictionary<string, Sha256Digest>(StringComparer.Ordinal);
        var links = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith(FolderLine, StringComparison.Ordinal))
                folders.Add(line[FolderLine.Length..]);
            else if (line.StartsWith(LinkLine, StringComparison.Ordinal) && TryRead(line[LinkLine.Length..], out var link, out var target))
            {
                files[link] = target;
                links.Add(link);
            }
            else if (TryRead(line, out var file, out var digest))
                files[file] = digest;
        }
        return new AppRelativeManifest(folders, files) { Links = links };
    }

    /// <summary>Its bytes; none when it names nothing, for then there is no such file.</summary>
    public byte[] ToBytes()
    {
        if (Files.Count == 0)
            return [];
        var text = new StringBuilder();
        foreach (var folder in Folders)
            text.Append(FolderLine).Append(folder).Append('\n');
        foreach (var (file, digest) in Files.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            // As sha256sum has it: a line that begins with a backslash has a name with escapes.
            var escaped = file.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal)
                .Replace("\r", "\\r", StringComparison.Ordinal);
            text.Append(Links.Contains(file) ? LinkLine : "");
            text.Append(escaped == file ? "" : "\\").Append(digest).Append("  ").Append(escaped).Append('\n');
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // A manifest may have been edited: no line of it names a file outside of the product's folder.
    private static bool TryRead(string line, out string file, out Sha256Digest digest)
    {
        (file, digest) = ("", default);
        var isEscaped = line.StartsWith('\\');
        var rest = isEscaped ? line[1..] : line;
        const int Hexadecimal = Sha256Digest.Size * 2;
        if (rest.Length <= Hexadecimal + 2 || rest[Hexadecimal] != ' ' || !Sha256Digest.TryParse(rest[..Hexadecimal], out digest))
            return false;
        file = isEscaped ? Unescape(rest[(Hexadecimal + 2)..]) : rest[(Hexadecimal + 2)..];
        return file.Contains('/', StringComparison.Ordinal) && !file.Split('/').Any(part => part is "" or "." or "..");
    }

    private static string Unescape(string text)
    {
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
            plain.Append(
                text[at] != '\\' || at + 1 == text.Length
                    ? text[at]
                    : text[++at] switch
                    {
                        'n' => '\n',
                        'r' => '\r',
                        var other => other,
                    }
            );
        return plain.ToString();
    }
}
