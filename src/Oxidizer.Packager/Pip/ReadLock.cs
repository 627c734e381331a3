using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Pip;

/// <summary>Reads a lock. It is written by the build, but merged by people: each mistake is named with its line.</summary>
internal sealed class ReadLock
{
    private const long MaxBytes = 64 << 20;
    private const string WayOut = "take the file out of version control again, or delete it: the next build resolves the requirements anew";
    private static readonly string[] s_setKeys = ["target", "python", "asked", LockFile.PackageTable];
    private static readonly string[] s_packageKeys = ["name", "version", "file", "sha256", "url", "path"];
    private readonly DiagnosticBag _mistakes = new(DiagnosticBag.MostOfOneFile);

    private ReadLock() { }

    /// <summary>Reads the lock of a configuration; an empty one when there is none.</summary>
    /// <exception cref="BuildFailedException">It is no lock; every mistake is named.</exception>
    public static LockFile Load(LockPlace place)
    {
        if (!File.Exists(place.Path))
            return LockFile.Empty;
        try
        {
            var bytes = Oxidizer.Cache.Files.RegularFile.ReadAllBytes(place.Path, MaxBytes);
            return Read(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes), place.Words.File);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new BuildFailedException(
                DiagnosticKinds.LockNotReadable,
                $"the lock cannot be read: {exception.Message.TrimEnd('.')}; {WayOut}",
                place.Words,
                exception
            );
        }
    }

    /// <summary>Reads a lock's text.</summary>
    /// <param name="text">TOML.</param>
    /// <param name="file">As messages name it.</param>
    /// <exception cref="BuildFailedException">It is no lock; every mistake is named.</exception>
    public static LockFile Read(string text, string file)
    {
        var root = ReadToml.Read(text, file, DiagnosticKinds.LockNotReadable, what => $"the lock is damaged: {what}; {WayOut}");
        var reader = new ReadLock();
        var sets = reader.Root(root);
        reader._mistakes.ThrowIfErrors(inOrderOfFile: true);
        return new LockFile(sets);
    }

    private List<LockedSet> Root(TomlTable root)
    {
        var version = root.Find("version");
        if (version?.Value is not TomlInteger { Value: LockFile.Version })
        {
            Wrong(version?.Value ?? root, $"its `version` is not {LockFile.Version}, which is all that this Oxidizer knows");
            return [];
        }
        CheckKeys(root, ["version", LockFile.SetTable]);
        return [.. Tables(root, LockFile.SetTable).Select(Set).OfType<LockedSet>()];
    }

    private LockedSet? Set(TomlTable table)
    {
        CheckKeys(table, s_setKeys);
        var (target, python, asked) = (Needed(table, "target"), Needed(table, "python"), Digest(table, "asked"));
        if (asked is null && table.Find("asked") is null)
            Needed(table, "asked");
        var packages = Tables(table, LockFile.PackageTable).Select(Package).OfType<LockedPackage>().ToList();
        foreach (var twice in packages.GroupBy(package => package.Key).Where(same => same.Count() > 1))
            Wrong(table, $"it has `{twice.Key}` twice");
        return target is null || python is null || asked is not { } digest ? null : new LockedSet(target, python, digest, packages);
    }

    private LockedPackage? Package(TomlTable table)
    {
        CheckKeys(table, s_packageKeys);
        var (name, version) = (Needed(table, "name"), Needed(table, "version"));
        if (name is null || version is null)
            return null;
        var package = new LockedPackage(name, version)
        {
            File = Text(table, "file"),
            Digest = Digest(table, "sha256"),
            Url = Text(table, "url"),
            Path = Text(table, "path"),
        };
        if (package.File?.Contains('/') == true)
            Wrong(table.Find("file")!.Value, "`file` is the name of a file, without a folder");
        if (package.File is null && package.Url is null && package.Path is null)
            Wrong(table, $"nothing says where `{name}` is: it has no `file`, `url` or `path`");
        if (package.File is not null && table.Find("sha256") is null)
            Wrong(table, $"the `file` of `{name}` has no `sha256`");
        return package;
    }

    private IEnumerable<TomlTable> Tables(TomlTable table, string name)
    {
        if (table.Find(name) is not { } entry)
            return [];
        if (entry.Value is TomlArray array && array.Items.TrueForAll(item => item is TomlTable))
            return array.Items.Cast<TomlTable>();
        Wrong(entry.Value, $"`{name}` is {entry.Value.InWords}, and not a list of tables");
        return [];
    }

    private string? Needed(TomlTable table, string name)
    {
        if (table.Find(name) is null)
            Wrong(table, $"this table lacks `{name}`");
        return Text(table, name);
    }

    private string? Text(TomlTable table, string name)
    {
        if (table.Find(name) is not { } entry)
            return null;
        if (entry.Value is TomlString { Value.Length: > 0 } text)
            return text.Value;
        Wrong(entry.Value, $"`{name}` is {entry.Value.InWords}, and not a text");
        return null;
    }

    private Sha256Digest? Digest(TomlTable table, string name)
    {
        if (Text(table, name) is not { } text)
            return null;
        if (Sha256Digest.TryParse(text, out var digest))
            return digest;
        Wrong(table.Find(name)!.Value, $"`{name}` is not the digest of a file");
        return null;
    }

    private void CheckKeys(TomlTable table, string[] known)
    {
        foreach (var entry in table.Entries.Where(entry => !known.Contains(entry.Name)))
            _mistakes.Add(
                DiagnosticKinds.LockNotReadable,
                $"the lock is damaged: it has no key `{entry.Name}` here; {WayOut}",
                entry.Location
            );
    }

    private void Wrong(TomlNode node, string what) =>
        _mistakes.Add(DiagnosticKinds.LockNotReadable, $"the lock is damaged: {what}; {WayOut}", node.Location);
}
