using System.Globalization;
using System.Text;
using Oxidizer.Packager.Files;

namespace Oxidizer.Packager.Pip;

/// <summary>Writes a lock: the same for the same content, so that version control shows what changed.</summary>
internal static class WriteLock
{
    /// <summary>Puts a lock into its place, whole, unless the same is there.</summary>
    /// <returns>Whether it was written.</returns>
    /// <exception cref="Diagnostics.EnvironmentFailureException">It cannot be written; what was there before is untouched.</exception>
    public static bool Write(LockFile content, LockPlace place)
    {
        var bytes = Encoding.UTF8.GetBytes(ToText(content, Path.GetFileName(place.Configuration)));
        if (File.Exists(place.Path) && File.ReadAllBytes(place.Path).AsSpan().SequenceEqual(bytes))
            return false;
        AtomicFile.WriteAllBytes(place.Path, bytes);
        return true;
    }

    /// <summary>The text of a lock.</summary>
    /// <param name="content">What it holds.</param>
    /// <param name="configuration">The name of the configuration's file.</param>
    public static string ToText(LockFile content, string configuration)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"# Written by Oxidizer: what the requirements of {configuration} were resolved to. Keep it with the sources.\n"
        );
        text.Append("# A build installs exactly this. `mode` of [lock] in the configuration says when it is resolved again.\n");
        text.Append(CultureInfo.InvariantCulture, $"version = {LockFile.Version}\n");
        foreach (var set in content.Sets)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n[[{LockFile.SetTable}]]\n");
            Add(text, "target", set.Target);
            Add(text, "python", set.Python);
            Add(text, "asked", set.Asked.ToString());
            foreach (var package in set.Packages.OrderBy(package => package.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"\n[[{LockFile.SetTable}.{LockFile.PackageTable}]]\n");
                Add(text, "name", package.Name);
                Add(text, "version", package.Version);
                Add(text, "file", package.File);
                Add(text, "sha256", package.Digest?.ToString());
                Add(text, "url", package.Url);
                Add(text, "path", package.Path);
            }
        }
        return text.ToString();
    }

    private static void Add(StringBuilder text, string key, string? value)
    {
        if (value is not null)
            text.Append(CultureInfo.InvariantCulture, $"{key} = \"{Escape(value)}\"\n");
    }

    private static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var letter in value)
            _ = letter switch
            {
                '"' or '\\' => text.Append('\\').Append(letter),
                < ' ' or '\x7f' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}"),
                _ => text.Append(letter),
            };
        return text.ToString();
    }
}
