using Oxidizer.Cache;
using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Packages;

namespace Oxidizer.Packager.Pip;

/// <summary>Brings the wheels of a locked set into the cache and unpacks them there. What the cache has is not asked of anybody, and pip
/// is started only for what it lacks.</summary>
internal sealed class FetchWheels(AskedRequirements asked, PipSession session)
{
    private const int BuildVersion = 1;
    private PipCommand? _command;

    private PipInstallRule Rule => asked.Rule;

    private BuildContext Context => session.Context;

    private PipCommand Command => _command ??= session.Command(asked);

    /// <summary>The wheels of a set, unpacked, in its order. What cannot be used is reported, and not among them.</summary>
    /// <exception cref="BuildFailedException">Something cannot be fetched or built.</exception>
    public IReadOnlyList<ObtainedWheel> Obtain(LockedSet set)
    {
        var missing = set.Packages.Where(IsMissing).ToList();
        if (missing.Count > 0)
            Download(missing);
        // After this: the bytes of each file are in the cache, unless its content is.
        return [.. set.Packages.Select(Open).OfType<ObtainedWheel>()];
    }

    private bool IsMissing(LockedPackage package)
    {
        if (package.Digest is not { } digest || package.Path is not null || Context.Cache.Contains(digest))
            return false;
        return package.IsWheel
            ? WheelName.TryParse(package.File!) is { } name && !WheelTree.IsThere(name, digest, Context)
            : Context.Cache.Find(BuildKey(package)) is null;
    }

    private void Download(IReadOnlyList<LockedPackage> packages)
    {
        var folder = Command.NewFolder();
        var list = Path.Combine(folder, "files.txt");
        File.WriteAllLines(
            list,
            packages.Select(package =>
                $"{package.Name}{(package.Url is null ? "==" + package.Version : " @ " + package.Url)} --hash=sha256:{package.Digest}"
            )
        );
        Context.Log.Information(
            $"fetching {string.Join(", ", packages.Select(package => package.File))} with pip {session.Pip(Rule.Location).Version}"
        );
        session.Require(
            Command.Run("fetch the locked files", "download", ["--no-deps", "--require-hashes", "--dest", folder, "-r", list]),
            Rule
        );
        var found = Directory.GetFiles(folder).Where(path => path != list).ToDictionary(Sha256Digest.OfFile);
        foreach (var package in packages)
            if (found.TryGetValue(package.Digest!.Value, out var path))
                Archives.Download.Keep(path, package.File!, package.Digest.Value, Context);
            else
                throw new BuildFailedException(
                    DiagnosticKinds.PackageDigestDiffers,
                    $"pip fetched no file with the sha256 `{package.Digest}` for `{package.Name} {package.Version}`; resolve anew ([lock] mode = \"update\")",
                    Rule.Location
                );
    }

    private ObtainedWheel? Open(LockedPackage package)
    {
        var (file, digest) = package.IsWheel ? (package.File!, package.Digest!.Value) : Built(package);
        if (WheelName.TryParse(file) is not { } name)
            return Report(
                DiagnosticKinds.WheelNotUsable,
                $"`{file}` of `{package.Name} {package.Version}` is not the name of a wheel, which is `<name>-<version>-<python>-<abi>-<platform>.whl`; ask for another version"
            );
        if (!name.Fits(session.Distribution.MajorMinor, session.Distribution.Target))
            return Report(
                DiagnosticKinds.WheelForAnotherPlatform,
                $"the wheel `{file}` is for {name.Tags}, and the product is CPython {session.Distribution.MajorMinor} on `{session.Distribution.Target}`; resolve anew ([lock] mode = \"update\")"
            );
        try
        {
            var folder = WheelTree.Open(name, file, digest, () => PathOf(package, file, digest), Context);
            return new ObtainedWheel(package.Name, package.Version, folder);
        }
        catch (BadArchiveException exception)
        {
            return Report(
                exception.Kind,
                $"the wheel `{file}` of {PipSession.Words(Rule)} cannot be used: {exception.Message}; tell its publisher, or ask for another version"
            );
        }
    }

    // A damaged blob is gone when it is asked for, and is fetched once more.
    private string PathOf(LockedPackage package, string file, Sha256Digest digest)
    {
        if (package is { IsWheel: true, Path: { } local })
            return Path.GetFullPath(local, session.Place.Folder);
        if (Context.Cache.TryGetFile(digest) is { } path)
            return path;
        if (package.IsWheel)
            Download([package]);
        return Archives.Download.PathOf(digest, file, Context);
    }

    private ActionKey BuildKey(LockedPackage package) =>
        BuildKey(SourceOf(package), session.Distribution.ArchiveDigest, session.Pip(Rule.Location).Digest, Rule.ExtraArgs);

    /// <summary>The key of a wheel that is built.</summary>
    /// <param name="source">The digest of an archive or a folder, or a commit's address.</param>
    /// <param name="distribution">Its interpreter runs the build backend.</param>
    /// <param name="pip">Of the pip that runs it.</param>
    /// <param name="arguments">What pip is given beside.</param>
    internal static ActionKey BuildKey(string source, Sha256Digest distribution, Sha256Digest pip, IReadOnlyList<string> arguments) =>
        new ActionKeyBuilder(ActionKinds.BuildWheel, BuildVersion)
            .Add("source", source)
            .Add("distribution", distribution)
            .Add("pip", pip)
            .Add("arguments", arguments)
            .Build();

    private string SourceOf(LockedPackage package) =>
        package.Digest is { } digest ? digest.ToString()
        : package.Path is { } path ? ProjectFolder.Digest(Path.GetFullPath(path, session.Place.Folder), Context).ToString()
        : package.Url!;

    private (string File, Sha256Digest Digest) Built(LockedPackage package)
    {
        var name = $"{package.Name} {package.Version}";
        var record = Context.Run(BuildKey(package), name, () => [Build(package, name)]);
        return (record.Outputs[0].Path, record.Outputs[0].Digest);
    }

    private ActionOutput Build(LockedPackage package, string name)
    {
        var folder = Command.NewFolder();
        Context.Log.Information($"building a wheel of {name} with pip {session.Pip(Rule.Location).Version}");
        var source = Source(package, folder);
        session.Require(
            Command.Run($"build a wheel of `{name}`", "wheel", ["--no-deps", "--wheel-dir", Path.Combine(folder, "wheel"), "--", source]),
            Rule
        );
        var wheel = Directory.GetFiles(Path.Combine(folder, "wheel"), "*.whl").Single();
        var size = new FileInfo(wheel).Length;
        return new ActionOutput(Path.GetFileName(wheel), Context.Cache.StoreFile(wheel, BlobTransfer.Move), size);
    }

    private string Source(LockedPackage package, string folder)
    {
        if (package is { Path: { } path, Digest: null })
        {
            var copy = Path.Combine(folder, "project", package.Key);
            ProjectFolder.Copy(Path.GetFullPath(path, session.Place.Folder), copy);
            return copy;
        }
        if (package.File is null)
            return package.Url!;
        var archive = package.Path is { } local
            ? Path.GetFullPath(local, session.Place.Folder)
            : PathOf(package, package.File, package.Digest!.Value);
        // In the cache it has no name, and pip tells archives by theirs.
        var named = Path.Combine(folder, package.File);
        File.Copy(archive, named);
        return named;
    }

    private ObtainedWheel? Report(DiagnosticKind kind, string message)
    {
        Context.Diagnostics.Add(kind, message, Rule.Location);
        return null;
    }
}
