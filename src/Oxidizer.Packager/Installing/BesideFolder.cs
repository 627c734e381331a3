using System.Diagnostics;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Installing;

/// <summary>
/// Puts the files beside a product. Only those that differ are written, all of them before the first is moved into its place; they stay when the product is in
/// its place too (<see cref="Complete"/>), and are taken back when it is not. Files that builds of this product wrote and that belong to it no longer are removed.
/// </summary>
public sealed class BesideFolder : IDisposable
{
    private const int NamesInReason = 3;
    private readonly IReadOnlyList<BesideFile> _files;
    private readonly IReadOnlyList<string> _folders;
    private readonly BuildContext _context;
    private readonly string _root;
    private readonly string _product;
    private readonly BesideManifest _before;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<(BesideFile File, string Reason)> _changed = [];
    private readonly List<string> _removed = [];
    private FileMoves? _moves;

    private BesideFolder(IReadOnlyList<BesideFile> files, IReadOnlyList<string> folders, string product, BuildContext context)
    {
        (_files, _folders, _context, _product, _root) = (files, folders, context, Path.GetFullPath(product), Path.GetDirectoryName(Path.GetFullPath(product))!);
        _before = BesideManifest.Load(ManifestPath);
    }

    private string ManifestPath => _product + BesideManifest.Suffix;

    /// <summary>The folders with files, relative to the product's.</summary>
    public IReadOnlyList<string> Folders => _folders;

    /// <summary>How many files there are.</summary>
    public int Count => _files.Count;

    /// <summary>Their size in bytes.</summary>
    public long Size => _files.Sum(file => file.Size);

    /// <summary>Writes what differs, and moves it into its places.</summary>
    /// <param name="files">All that is to be there.</param>
    /// <param name="configuration">Its rules name the folders.</param>
    /// <param name="product">The product's path.</param>
    /// <param name="content">Writes a file's bytes.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BuildFailedException">A folder is another product's, or a source is no longer what it was.</exception>
    /// <exception cref="EnvironmentFailureException">A file cannot be written; what was there is there again.</exception>
    internal static BesideFolder Place(IReadOnlyList<BesideFile> files, BuildConfiguration configuration, string product, BesideContent content, BuildContext context)
    {
        var folders = configuration.Packages.OfType<ResourceRule>().Select(rule => rule.InstallFolder).OfType<string>().Distinct(StringComparer.Ordinal)
            .Where(folder => files.Any(file => file.Path.StartsWith(folder + "/", StringComparison.Ordinal))).ToList();
        var beside = new BesideFolder(files, folders, product, context);
        try
        {
            beside.CheckOthers(configuration);
            beside.Place(content);
            return beside;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            beside.Dispose();
            throw Failure(beside._root, exception);
        }
        catch
        {
            beside.Dispose();
            throw;
        }
    }

    /// <summary>Removes what belongs to the product no longer, now that the product is in its place.</summary>
    /// <exception cref="EnvironmentFailureException">The list of files cannot be written.</exception>
    public void Complete()
    {
        try
        {
            _moves?.Keep();
            foreach (var path in Stale())
                Remove(path);
            new BesideManifest(_folders, _files.ToDictionary(file => file.Path, file => file.Digest, StringComparer.Ordinal)).Write(ManifestPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure(_root, exception);
        }
        // Their bytes were digested when they were written: the next build need not read them to know them.
        foreach (var (file, _) in _changed)
            _context.Cache.RememberFile(PathOf(file.Path), file.Digest);
        Tell();
    }

    /// <inheritdoc/>
    public void Dispose() => _moves?.Dispose();

    private string PathOf(string relative) => Path.Combine(_root, relative);

    private void Place(BesideContent content)
    {
        FindChanged();
        if (_changed.Count == 0)
            return;
        CheckLinks();
        var moves = _moves = new FileMoves(_root, $"{_product}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp");
        var written = new List<string>();
        foreach (var (file, _) in _changed)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            written.Add(moves.NewName());
            content.Write(file, written[^1]);
        }
        // Who is killed from here on leaves files that the next build knows.
        var known = _before.Files.ToDictionary(StringComparer.Ordinal);
        foreach (var (file, _) in _changed)
            known.TryAdd(file.Path, file.Digest);
        new BesideManifest([.. _before.Folders.Union(_folders)], known).Write(ManifestPath);
        moves.Flush();
        foreach (var path in InTheWay())
            moves.Take(path);
        for (var index = 0; index < written.Count; index++)
            moves.Put(written[index], _changed[index].File.Path);
    }

    private void FindChanged()
    {
        // One look at each file here, and one of the cache's: an unchanged build of thousands of files does nothing else.
        var same = new List<(BesideFile File, FileInfo Info)>();
        foreach (var file in _files)
        {
            var info = new FileInfo(PathOf(file.Path));
            if (!info.Exists || (info.Attributes & FileAttributes.ReparsePoint) != 0)
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

    // Through a link files would be written, and later removed, in somebody else's folder.
    private void CheckLinks()
    {
        foreach (var folder in _changed.SelectMany(change => Parents(change.File.Path)).Distinct(StringComparer.Ordinal))
        {
            if (new DirectoryInfo(PathOf(folder)).LinkTarget is { } target)
                throw new IOException($"`{folder}` is a link to `{target}`; put the folder itself there, or name another one");
        }
    }

    // What was a file is to be a folder, or the other way round.
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

    // A file that somebody changed since is not ours any more; one that another build of the product removes meanwhile is no failure.
    private bool IsOurs(string path)
    {
        if (new FileInfo(PathOf(path)) is not { Exists: true, LinkTarget: null } || Parents(path).Any(folder => new DirectoryInfo(PathOf(folder)).LinkTarget is not null))
            return false;
        try
        {
            return _context.Cache.DigestFile(PathOf(path)) == _before.Files[path];
        }
        catch (IOException) when (!File.Exists(PathOf(path)))
        {
            return false;
        }
    }

    private void Remove(string path)
    {
        if (IsOurs(path))
        {
            File.Delete(PathOf(path));
            _removed.Add(path);
            FileMoves.RemoveEmptyFolders(_root, path);
        }
        else if (File.Exists(PathOf(path)))
            _context.Diagnostics.Add(DiagnosticKinds.ForeignFileLeft, "belongs to the product no longer, and is not as a build left it: it stays; remove it by hand", new SourceLocation(PathOf(path)));
    }

    private void CheckOthers(BuildConfiguration configuration)
    {
        if (_folders.Count == 0 || !Directory.Exists(_root))
            return;
        foreach (var path in Directory.GetFiles(_root, "*" + BesideManifest.Suffix).Where(path => path != ManifestPath).Order(StringComparer.Ordinal))
        {
            var others = BesideManifest.Load(path).Folders;
            foreach (var folder in _folders.Where(folder => others.Any(other => InstallLocations.Holds(folder, other) || InstallLocations.Holds(other, folder))))
            {
                var name = Path.GetFileName(path)[..^BesideManifest.Suffix.Length];
                _context.Diagnostics.Add(DiagnosticKinds.FolderOfAnotherProduct,
                    $"the folder `{folder}` of `install_location` holds files of the product `{name}` in the same place; name another folder, or remove `{path}` if that product is no more",
                    configuration.Packages.OfType<ResourceRule>().First(rule => rule.InstallFolder == folder).Location);
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
        var changes = _changed.Select(change => $"`{change.File.Path}` {change.Reason}").Concat(_removed.Select(path => $"`{path}` is no longer part of it")).ToList();
        var reason = string.Join(", ", changes.Take(NamesInReason)) + (changes.Count > NamesInReason ? $", and {changes.Count - NamesInReason} more" : "");
        var name = string.Join(", ", _folders.Count > 0 ? _folders : _before.Folders);
        var seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        _context.Log.Debug($"{ActionKinds.Install} {name}: {reason} ({seconds:0.000} s)");
        _context.Actions.Execute(new ExecutedAction(ActionKinds.Install, name, reason, seconds));
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            yield return path[..slash];
    }

    private static EnvironmentFailureException Failure(string folder, Exception exception) => new(DiagnosticKinds.ProductNotWritten, "write files below", folder,
        $"{exception.Message}; what was there before is untouched", exception);
}
