using System.Text;

namespace Oxidizer.Cache.Tests;

/// <summary>A small tree with every kind of entry.</summary>
internal static class SampleTree
{
    public const string Listing =
        "bin/; bin/link a = 1 444; bin/tool #!/bin/sh 555; lib/; lib/a.py a = 1 444; lib/deep/; lib/deep/b.py b = 1 444; lib/deep/empty.py  444; lib/deep/empty2.py  444; var/";

    /// <summary>What its files take, in bytes.</summary>
    public const long Size = 5 + 5 + 10;

    /// <summary>Writes it.</summary>
    public static IReadOnlyCollection<TreeEntry> Fill(string folder)
    {
        var entries = new List<TreeEntry>();
        foreach (var name in new[] { "lib", "lib/deep", "bin", "var" })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            entries.Add(new TreeEntry(name, TreeEntryKind.Directory));
        }
        void File(string path, string text, TreeEntryKind kind = TreeEntryKind.File)
        {
            System.IO.File.WriteAllText(Path.Combine(folder, path), text);
            entries.Add(new TreeEntry(path, kind, Encoding.UTF8.GetByteCount(text), Sha256Digest.Of(text)));
        }
        File("lib/a.py", "a = 1");
        File("lib/deep/b.py", "b = 1");
        File("lib/deep/empty.py", "");
        File("lib/deep/empty2.py", "");
        File("bin/tool", "#!/bin/sh\n", TreeEntryKind.Executable);
        System.IO.File.CreateSymbolicLink(Path.Combine(folder, "bin/link"), "../lib/a.py");
        entries.Add(new TreeEntry("bin/link", TreeEntryKind.Link, 5, Sha256Digest.Of("a = 1"), "../lib/a.py"));
        return entries;
    }

    /// <summary>What stands below a folder.</summary>
    public static string List(string root) =>
        string.Join(
            "; ",
            Directory
                .GetFileSystemEntries(root, "*", SearchOption.AllDirectories)
                .Select(path =>
                    Path.GetRelativePath(root, path)
                    + (
                        Directory.Exists(path)
                            ? "/"
                            : " " + File.ReadAllText(path).Trim() + " " + Convert.ToString((int)File.GetUnixFileMode(path), 8)
                    )
                )
                .Order(StringComparer.Ordinal)
        );
}
