using System.Formats.Tar;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>Packs a tree into a <c>.tar.zst</c> whose bytes depend on names, contents and permissions alone.</summary>
internal static class SourceArchive
{
    // Level 3 with a long window: objects, the static library and the interpreter hold the same code, and the window of 128 MiB sees it
    // again.
    // 27 is the most that decoders take unasked.
    private const int Level = 3,
        WindowLog = 27;

    /// <summary>Writes an archive.</summary>
    /// <param name="folder">The folder whose content is packed.</param>
    /// <param name="archive">The archive's path.</param>
    /// <param name="cancellation">Ends it between two files.</param>
    public static void Write(string folder, string archive, CancellationToken cancellation)
    {
        using var file = File.Create(archive);
        using var compressed = new CompressionStream(file, Level);
        compressed.SetParameter(ZSTD_cParameter.ZSTD_c_enableLongDistanceMatching, 1);
        compressed.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, WindowLog);
        compressed.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        using var writer = new TarWriter(compressed, TarEntryFormat.Gnu);
        var entries = new DirectoryInfo(folder)
            .EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(entry => (Name: Path.GetRelativePath(folder, entry.FullName), Entry: entry))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal);
        foreach (var (name, entry) in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            WriteEntry(writer, name, entry);
        }
    }

    private static void WriteEntry(TarWriter writer, string name, FileSystemInfo info)
    {
        var type =
            info.LinkTarget is not null ? TarEntryType.SymbolicLink
            : info is DirectoryInfo ? TarEntryType.Directory
            : TarEntryType.RegularFile;
        const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var isExecutable = type != TarEntryType.RegularFile || info.UnixFileMode.HasFlag(UnixFileMode.UserExecute);
        var entry = new GnuTarEntry(type, name)
        {
            Mode = readable | (isExecutable ? executable : 0),
            ModificationTime = DateTimeOffset.UnixEpoch,
            AccessTime = DateTimeOffset.UnixEpoch,
            ChangeTime = DateTimeOffset.UnixEpoch,
        };
        if (type == TarEntryType.SymbolicLink)
            entry.LinkName = info.LinkTarget!;
        using var content = type == TarEntryType.RegularFile ? File.OpenRead(info.FullName) : null;
        if (content is not null)
            entry.DataStream = content;
        writer.WriteEntry(entry);
    }
}
