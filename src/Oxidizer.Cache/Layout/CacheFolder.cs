using System.Globalization;
using Oxidizer.Cache.Files;

namespace Oxidizer.Cache.Layout;

/// <summary>How a cache's folder can be used.</summary>
internal enum FolderUse
{
    /// <summary>Entries are found and stored.</summary>
    ReadWrite,

    /// <summary>Entries are found; nothing is written.</summary>
    ReadOnly,

    /// <summary>Nothing is found, and nothing can be stored.</summary>
    None,
}

/// <summary>The names in a cache's folder.</summary>
internal sealed class CacheFolder
{
    /// <summary>The layout of the folder. A cache of a newer layout is left alone.</summary>
    public const int FormatVersion = 1;

    private const string FormatPrefix = "oxidizer cache, format ";

    /// <summary>The mode of every folder in it: the content becomes part of programs that the user runs, and includes the user's
    /// sources.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private FileStamp _format;

    private CacheFolder(string root, FolderUse use) => (Root, Use) = (root, use);

    public string Root { get; }

    public FolderUse Use { get; private set; }

    public string Lock => Path.Combine(Root, "lock");

    public string Format => Path.Combine(Root, "format");

    public string Snapshot => Path.Combine(Root, "index");

    public string Memo => Path.Combine(Root, "memo");

    public string Database => Path.Combine(Root, "actions.db");

    /// <summary>LiteDB gives its log this name, beside the database.</summary>
    public string DatabaseLog => Path.Combine(Root, "actions-log.db");

    public string Blobs => Path.Combine(Root, "blobs");

    public string Packs => Path.Combine(Root, "packs");

    public string Trees => Path.Combine(Root, "trees");

    public string Temporary => Path.Combine(Root, "tmp");

    public string KeyLocks => Path.Combine(Root, "locks");

    /// <summary>The digests that a running eviction is about to delete.</summary>
    public string Condemned => Path.Combine(Root, "condemned");

    public string Sessions => Path.Combine(Root, "sessions");

    /// <summary>The folders in it.</summary>
    public IReadOnlyList<string> Subfolders => [Blobs, Packs, Temporary, KeyLocks, Sessions, Trees];

    /// <summary>Whether the cache itself uses an entry of this name.</summary>
    public bool IsOwnName(string name) =>
        name.StartsWith("journal-", StringComparison.Ordinal)
        || Subfolders.Concat([Lock, Snapshot, Memo, Database, DatabaseLog, Condemned]).Any(path => Path.GetFileName(path) == name);

    /// <summary>Whether the folder was deleted, or deleted and made again, since it was opened.</summary>
    public bool IsGone =>
        Use != FolderUse.None
        && _format != default
        && (!FileStamp.TryRead(Format, out var now) || now.Inode != _format.Inode || now.Changed != _format.Changed);

    /// <summary>Checks the folder, and makes it if it is not there.</summary>
    public static CacheFolder Open(CacheSettings settings, WarningList warnings)
    {
        var folder = new CacheFolder(Path.GetFullPath(settings.Directory), settings.ReadOnly ? FolderUse.ReadOnly : FolderUse.ReadWrite);
        if (!folder.IsTrusted(warnings) || !folder.ReadFormat(warnings))
            folder.Use = FolderUse.None;
        else if (folder.Use == FolderUse.ReadWrite && !folder.TryPrepare(warnings))
            folder.Use = Directory.Exists(folder.Root) ? FolderUse.ReadOnly : FolderUse.None;
        _ = FileStamp.TryRead(folder.Format, out folder._format);
        return folder;
    }

    /// <summary>A path for a file that is being written.</summary>
    public string NewTemporary() => Path.Combine(Temporary, Guid.NewGuid().ToString("N"));

    /// <summary>Makes the folders, also after the cache was deleted while it is in use. The file `format` comes first: without it, folders
    /// of these names belong to another program.</summary>
    public void MakeFolders()
    {
        Directory.CreateDirectory(Root, Private);
        if (!File.Exists(Format))
            FileTransfer.Replace(
                Format,
                System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{FormatPrefix}{FormatVersion}\n"))
            );
        foreach (var path in new[] { Blobs, Packs, Temporary, KeyLocks, Sessions })
            Directory.CreateDirectory(path, Private);
    }

    /// <summary>Whether a day has passed since the last time that this was true. It is also true after the clock was set back.</summary>
    public bool IsUpkeepDue()
    {
        var path = Path.Combine(Root, "upkeep");
        try
        {
            var age = DateTime.UtcNow - File.GetLastWriteTimeUtc(path);
            if (age >= TimeSpan.Zero && age < TimeSpan.FromDays(1))
                return false;
            File.WriteAllBytes(path, []);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return true;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            return false;
        }
    }

    private bool IsTrusted(WarningList warnings)
    {
        try
        {
            var warning =
                FolderTrust.ProblemOf(this) is { } problem ? CacheWarnings.NotTrusted(Root, problem)
                : FolderTrust.ForeignName(this) is { } name ? CacheWarnings.NoCache(Root, name)
                : null;
            if (warning is not null)
                warnings.Add(warning);
            return warning is null;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            warnings.Add(CacheWarnings.Unusable(Root, exception.Message));
            return false;
        }
    }

    private bool ReadFormat(WarningList warnings)
    {
        string text;
        try
        {
            if (File.Exists(Root))
                throw new IOException("it is a file");
            text = File.ReadAllText(Format);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            warnings.Add(CacheWarnings.Unusable(Root, exception.Message));
            return false;
        }
        if (
            text.StartsWith(FormatPrefix, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(FormatPrefix.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && version > FormatVersion
        )
        {
            warnings.Add(CacheWarnings.Newer(Root, version));
            return false;
        }
        return true;
    }

    private bool TryPrepare(WarningList warnings)
    {
        try
        {
            if (!Directory.Exists(Sessions) || !File.Exists(Format))
                MakeFolders();
            // Folders may exist and not be writable. Every writer needs the lock first, so that is tried.
            using var file = File.OpenHandle(Lock, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (IOException exception) when (IsLocked(exception))
        {
            return true;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            warnings.Add(CacheWarnings.NotWritable(Root, exception.Message));
            return false;
        }
    }

    // .NET asks for a shared lock on every file that it opens. If another process holds the exclusive one, the file can be written.
    private bool IsLocked(IOException exception) => exception.HResult == Libc.ErrorWouldBlock && File.Exists(Lock);
}
