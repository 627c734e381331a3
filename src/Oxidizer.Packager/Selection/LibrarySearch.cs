using Microsoft.Win32.SafeHandles;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Elf;

namespace Oxidizer.Packager.Selection;

/// <summary>
/// Where a shared library is that an image names, as the dynamic linker of the machine that builds would find it: the image's own search
/// path, then <c>library_paths</c>, then library folders above the image (a private tree of packages, a conda environment), then the
/// system's. No program is asked: <c>ld.so.cache</c> is made from the folders that are read here.
/// </summary>
internal sealed class LibrarySearch
{
    private readonly string _multiarch;
    private readonly int _machine;
    private readonly IReadOnlyList<string> _named;
    private readonly List<string> _system;
    private readonly Dictionary<string, string> _unreadable = new(StringComparer.Ordinal);

    /// <summary>Reads where the system's libraries are.</summary>
    /// <param name="libraryPaths">Folders that stand before the system's.</param>
    /// <param name="sysroot">The target's root folder; <c>null</c>: this machine's.</param>
    /// <param name="target">What libraries must be for.</param>
    public LibrarySearch(IReadOnlyList<string> libraryPaths, string? sysroot, TargetTriple target)
    {
        _multiarch = target.Multiarch;
        _machine = ElfDynamic.MachineOf(target);
        _named = libraryPaths;
        _system = SystemFolders(sysroot ?? "/", _multiarch);
    }

    /// <summary>The path of a library; <c>null</c> when it is in no folder, or only for another machine.</summary>
    /// <param name="name">As <c>DT_NEEDED</c> has it.</param>
    /// <param name="image">Absolute path of what needs it.</param>
    /// <param name="searchPath">The image's own, as written.</param>
    public string? Find(string name, string image, string searchPath) =>
        name.Contains('/')
            ? null
            : Own(image, searchPath)
                .Concat(_named)
                .Concat(Above(image))
                .Concat(_system)
                .Select(folder => Path.Combine(folder, name))
                .FirstOrDefault(IsForTarget);

    /// <summary>Why files of a library's name, found on the way, could not be opened; empty when there was none.</summary>
    public string WhyNot(string name) =>
        string.Join("; ", _unreadable.Where(entry => Path.GetFileName(entry.Key) == name).Select(entry => entry.Value));

    // `$ORIGIN` is the folder of the file itself: a link to it may lie in another, as with pip's caches.
    private IEnumerable<string> Own(string image, string searchPath)
    {
        var target = File.ResolveLinkTarget(image, returnFinalTarget: true)?.FullName ?? image;
        foreach (var item in searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var file in new[] { image, target }.Distinct())
            {
                var origin = Path.GetDirectoryName(file)!;
                var folder = item.Replace("${ORIGIN}", origin)
                    .Replace("$ORIGIN", origin)
                    .Replace("${LIB}", "lib/" + _multiarch)
                    .Replace("$LIB", "lib/" + _multiarch);
                if (folder.StartsWith('/') && !folder.Contains('$'))
                    yield return Path.GetFullPath(folder);
            }
        }
    }

    private IEnumerable<string> Above(string image)
    {
        for (var folder = Path.GetDirectoryName(image); folder is { Length: > 1 }; folder = Path.GetDirectoryName(folder))
        {
            if (Path.GetFileName(folder) is not ("lib" or "lib64"))
                continue;
            yield return Path.Combine(folder, _multiarch);
            yield return folder;
            var prefix = Path.GetDirectoryName(folder)!;
            if (Path.GetFileName(prefix) == "usr")
            {
                yield return Path.Combine(Path.GetDirectoryName(prefix)!, "lib", _multiarch);
                yield return Path.Combine(Path.GetDirectoryName(prefix)!, "lib");
            }
        }
    }

    private static List<string> SystemFolders(string root, string multiarch)
    {
        var folders = new List<string>();
        ReadConfiguration(Path.Combine(root, "etc/ld.so.conf"), root, folders, depth: 0);
        folders.AddRange(
            new[] { $"lib/{multiarch}", $"usr/lib/{multiarch}", "lib64", "usr/lib64", "lib", "usr/lib" }.Select(folder =>
                Path.Combine(root, folder)
            )
        );
        return [.. folders.Distinct(StringComparer.Ordinal).Where(Directory.Exists)];
    }

    // Lines of folders, and `include` with a pattern in its last part.
    private static void ReadConfiguration(string file, string root, List<string> folders, int depth)
    {
        if (depth > 4 || FileFacts.Of(file).Kind != FileKind.Regular)
            return;
        foreach (var line in RegularFile.ReadAllLines(file).Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0))
        {
            if (!line.StartsWith("include ", StringComparison.Ordinal))
            {
                folders.Add(Path.Combine(root, line.TrimStart('/')));
                continue;
            }
            var pattern = line["include ".Length..].Trim();
            var path = pattern.StartsWith('/')
                ? Path.Combine(root, pattern.TrimStart('/'))
                : Path.Combine(Path.GetDirectoryName(file)!, pattern);
            if (!Directory.Exists(Path.GetDirectoryName(path)))
                continue;
            foreach (
                var included in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path)).Order(StringComparer.Ordinal)
            )
                ReadConfiguration(included, root, folders, depth + 1);
        }
    }

    // A folder may hold the library of another machine under the same name: the dynamic linker passes it over, too. And so it does what it
    // may not open, but that is remembered, for a message when there is no other.
    private bool IsForTarget(string path)
    {
        if (FileFacts.Of(path) is { Kind: not FileKind.Regular } facts)
        {
            if (facts.Kind != FileKind.Missing)
                _unreadable[path] = $"`{path}` is there, and cannot be read: {facts.Reason ?? "it is a folder"}";
            return false;
        }
        try
        {
            using var file = RegularFile.Open(path);
            return IsForTarget(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _unreadable[path] = exception.Message;
            return false;
        }
    }

    private bool IsForTarget(SafeFileHandle file)
    {
        Span<byte> header = stackalloc byte[20];
        return RandomAccess.Read(file, header, 0) == header.Length
            && header[..4].SequenceEqual("\u007fELF"u8)
            && header[4] == 2
            && (header[18] | header[19] << 8) == _machine;
    }
}
