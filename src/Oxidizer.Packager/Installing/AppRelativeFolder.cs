using System.Diagnostics;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.Packager.Installing;

/// <summary>
/// The files beside a product. Only files that differ are written. They are put into their places with the product. Files that builds of
/// this product wrote, and that no longer belong to it, are removed after that.
/// </summary>
internal sealed class AppRelativeFolder
{
    private const int NamesInReason = 3;
    private readonly IReadOnlyList<AppRelativeFile> _files;
    private readonly IReadOnlyList<string> _folders;
    private readonly BuildContext _context;
    private readonly Installation _installation;
    private readonly AppRelativeManifest _before;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<(AppRelativeFile File, string Reason)> _changed = [];
    private readonly List<string> _removed = [];
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    private AppRelativeFolder(
        IReadOnlyList<AppRelativeFile> files,
        IReadOnlyList<string> folders,
        Installation installation,
        BuildContext context
    )
    {
        (_files, _folders, _context, _installation) = (files, folders, context, installation);
        _before = AppRelativeManifest.Load(PathOf(ManifestName));
    }

    private string ManifestName => _installation.ProductName + AppRelativeManifest.Suffix;

    /// <summary>What the record says of them.</summary>
    public FilesBeside Facts => new(_folders, _files.Count, _files.Sum(file => file.Size));

    /// <summary>Writes the files that differ, and prepares to put them into their places before the product. So the product finds all of
    /// them from its first moment on.</summary>
    /// <param name="files">All that is to be there.</param>
    /// <param name="packages">All rules of the configuration: they name the folders.</param>
    /// <param name="installation">Where to.</param>
    /// <param name="content">Writes a file's bytes.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BuildFailedException">A folder is another product's, or a source is no longer what it was.</exception>
    /// <exception cref="EnvironmentFailureException">A file cannot be written; what was there is untouched.</exception>
    public static AppRelativeFolder Prepare(
        IReadOnlyList<AppRelativeFile> files,
        IReadOnlyList<PackageRule> packages,
        Installation installation,
        AppRelativeContent content,
        BuildContext context
    )
    {
        var folders = packages
            .OfType<ResourceRule>()
            .Select(rule => rule.InstallFolder)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Where(folder => files.Any(file => file.Path.StartsWith(folder + "/", StringComparison.Ordinal)))
            .ToList();
        try
        {
            var beside = new AppRelativeFolder(files, folders, installation, context);
            beside.CheckOthers(packages);
            beside.Prepare(content);
            return beside;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure(installation, exception);
        }
    }

    /// <summary>Prepares to remove files that no longer belong to the product. They go after the new product is in its place, because the
    /// old one needs them until then.</summary>
    /// <exception cref="EnvironmentFailureException">A file cannot be read, or the list of files not be written; what was there is
    /// untouched.</exception>
    public void PrepareRemoval()
    {
        try
        {
            foreach (var path in Stale().Where(path => !_taken.Contains(path)))
                PrepareRemovalOf(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure(_installation, exception);
        }
        WriteManifest(
            new AppRelativeManifest(_folders, _files.ToDictionary(file => file.Path, file => file.Digest, StringComparer.Ordinal))
            {
                Links = LinksOf(_files),
            },
            isLast: true
        );
        Tell();
    }

    /// <summary>Tells the cache what is in place now, so that the next build need not read it.</summary>
    public void Remember()
    {
        foreach (var (file, _) in _changed.Where(change => change.File.Target is null))
            _context.Cache.RememberFile(PathOf(file.Path), file.Digest);
    }

    private string PathOf(string relative) => _installation.PathOf(relative);

    private void Prepare(AppRelativeContent content)
    {
        FindChanged();
        if (_changed.Count == 0)
            return;
        CheckLinks();
        var written = new List<string>();
        foreach (var (file, _) in _changed)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            written.Add(_installation.NewName());
            content.Write(file, written[^1]);
        }
        // If a build is killed between the renames, the next build knows the files that it left.
        var known = _before.Files.ToDictionary(StringComparer.Ordinal);
        foreach (var (file, _) in _changed)
            known.TryAdd(file.Path, file.Digest);
        WriteManifest(
            new AppRelativeManifest([.. _before.Folders.Union(_folders)], known)
            {
                Links = _before.Links.Union(LinksOf(_changed.Select(change => change.File))).ToHashSet(StringComparer.Ordinal),
            },
            isLast: false
        );
        _installation.Flush();
        foreach (var path in InTheWay().Where(_taken.Add))
            _installation.Take(path);
        for (var index = 0; index < written.Count; index++)
            _installation.Put(written[index], _changed[index].File.Path);
    }

    // The last one of a build is compared with what stands there; when another was put before it, that is another one.
    private void WriteManifest(AppRelativeManifest manifest, bool isLast)
    {
        var bytes = manifest.ToBytes();
        if (!isLast || _changed.Count > 0 || !Occupants.Holds(PathOf(ManifestName), bytes))
        {
            if (bytes.Length > 0)
                _installation.Write(ManifestName, bytes, durable: false);
            else if (File.Exists(PathOf(ManifestName)))
                _installation.Take(ManifestName);
        }
    }

    private void FindChanged()
    {
        // An unchanged build of thousands of files does nothing but look at each once here, and once in the cache.
        var same = new List<(AppRelativeFile File, FileInfo Info)>();
        foreach (var file in _files)
        {
            var info = new FileInfo(PathOf(file.Path));
            if (Occupants.At(info.FullName) == Occupant.Special)
                Occupants.CheckIsFree(info.FullName);
            if (file.Target is { } target)
            {
                if (info.LinkTarget != target)
                    _changed.Add((file, Occupants.At(info.FullName) == Occupant.Nothing ? "is not there" : "differs"));
            }
            // What is seen through a link that will make room is not there.
            else if (_before.Links.Count > 0 && Parents(file.Path).Any(_before.Links.Contains))
                _changed.Add((file, "is not there"));
            else if (!info.Exists || (info.Attributes & FileAttributes.ReparsePoint) != 0)
                _changed.Add((file, "is not there"));
            else if (info.Length != file.Size)
                _changed.Add((file, "differs"));
            else
                same.Add((file, info));
        }
        var digests = _context.Cache.DigestFiles([.. same.Select(entry => entry.Info.FullName)]);
        for (var index = 0; index < same.Count; index++)
        {
            var (file, info) = same[index];
            if (digests[index] != file.Digest)
                _changed.Add((file, "differs"));
            else if (info.UnixFileMode != file.Mode)
                _changed.Add((file, "has other permissions"));
        }
    }

    // Through a link, files in another folder would be written, and later removed.
    private void CheckLinks()
    {
        foreach (var folder in _changed.SelectMany(change => Parents(change.File.Path)).Distinct(StringComparer.Ordinal))
        {
            // One of the builds' own makes room.
            if (new DirectoryInfo(PathOf(folder)).LinkTarget is { } target && !(_before.Links.Contains(folder) && IsOurs(folder)))
                throw new IOException($"`{folder}` is a link to `{target}`; put the folder itself there, or name another one");
        }
    }

    // A file becomes a folder, or a folder a file.
    private List<string> InTheWay()
    {
        var wanted = _files.SelectMany(file => Parents(file.Path)).ToHashSet(StringComparer.Ordinal);
        var files = _files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return [.. Stale().Where(path => (wanted.Contains(path) || Parents(path).Any(files.Contains)) && IsOurs(path))];
    }

    private IEnumerable<string> Stale()
    {
        var wanted = _files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return _before.Files.Keys.Where(path => !wanted.Contains(path)).Order(StringComparer.Ordinal);
    }

    // A file that was changed since is no longer ours. If another build of the product removes one meanwhile, that is no failure.
    private bool IsOurs(string path)
    {
        var isLink = _before.Links.Contains(path);
        if (isLink ? Occupants.At(PathOf(path)) != Occupant.Link : new FileInfo(PathOf(path)) is not { Exists: true, LinkTarget: null })
            return false;
        if (Parents(path).Any(folder => new DirectoryInfo(PathOf(folder)).LinkTarget is not null))
            return false;
        if (isLink)
            return new FileInfo(PathOf(path)).LinkTarget is { } target && Sha256Digest.Of(target) == _before.Files[path];
        try
        {
            return _context.Cache.DigestFile(PathOf(path)) == _before.Files[path];
        }
        catch (IOException) when (!File.Exists(PathOf(path)))
        {
            return false;
        }
    }

    private void PrepareRemovalOf(string path)
    {
        if (IsOurs(path))
        {
            _installation.Take(path);
            _removed.Add(path);
        }
        else if (File.Exists(PathOf(path)))
            _context.Diagnostics.Add(
                DiagnosticKinds.ForeignFileLeft,
                "is no longer part of the product, but was changed since a build wrote it, so it stays; remove it by hand",
                new SourceLocation(PathOf(path))
            );
    }

    private void CheckOthers(IReadOnlyList<PackageRule> packages)
    {
        if (_folders.Count == 0)
            return;
        foreach (
            var path in Directory
                .GetFiles(PathOf(""), "*" + AppRelativeManifest.Suffix)
                .Where(path => path != PathOf(ManifestName) && Occupants.At(path) == Occupant.File)
                .Order(StringComparer.Ordinal)
        )
        {
            var others = AppRelativeManifest.Load(path).Folders;
            foreach (
                var folder in _folders.Where(folder =>
                    others.Any(other => InstallLocations.Holds(folder, other) || InstallLocations.Holds(other, folder))
                )
            )
            {
                var name = Path.GetFileName(path)[..^AppRelativeManifest.Suffix.Length];
                _context.Diagnostics.Add(
                    DiagnosticKinds.FolderOfAnotherProduct,
                    $"the folder `{folder}` of `install_location` holds files of the product `{name}` in the same place; name another folder, or remove `{path}` if that product is no more",
                    packages.OfType<ResourceRule>().First(rule => rule.InstallFolder == folder).Location
                );
            }
        }
        _context.Diagnostics.ThrowIfErrors();
    }

    private void Tell()
    {
        if (_changed.Count == 0 && _removed.Count == 0)
        {
            if (_files.Count > 0)
                _context.Actions.Reuse(ActionKinds.Install);
            return;
        }
        var changes = _changed
            .Select(change => $"`{change.File.Path}` {change.Reason}")
            .Concat(_removed.Select(path => $"`{path}` is no longer part of it"))
            .ToList();
        var reason =
            string.Join(", ", changes.Take(NamesInReason))
            + (changes.Count > NamesInReason ? $", and {changes.Count - NamesInReason} more" : "");
        var name = string.Join(", ", _folders.Count > 0 ? _folders : _before.Folders);
        var seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        _context.Log.Debug($"{ActionKinds.Install} {name}: {reason} ({seconds:0.000} s)");
        _context.Actions.Execute(new ExecutedAction(ActionKinds.Install, name, reason, seconds));
    }

    private static IReadOnlySet<string> LinksOf(IEnumerable<AppRelativeFile> files) =>
        files.Where(file => file.Target is not null).Select(file => file.Path).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            yield return path[..slash];
    }

    private static EnvironmentFailureException Failure(Installation installation, Exception exception) =>
        new(
            DiagnosticKinds.ProductNotWritten,
            "write files below",
            installation.PathOf(""),
            $"{exception.Message}; what was there before is untouched",
            exception
        );
}
