using System.Diagnostics;
using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Archives;

/// <summary>
/// An archive, unpacked into a tree of the cache: compared with its manifest at every use, and repaired from the archive where it differs
/// (docs/decisions/0006-unpacked-trees.md).
/// </summary>
/// <param name="Root">The folder, absolute. Its files are read-only.</param>
/// <param name="Manifest">Everything in it.</param>
internal sealed record UnpackedTree(string Root, TreeManifest Manifest)
{
    // 2: the record names the tree's size as well.
    private const int ReaderVersion = 2;

    /// <summary>Finds the tree of an archive, repairs it, or makes it.</summary>
    /// <exception cref="BuildFailedException">The archive cannot be used; nothing of it is left.</exception>
    /// <exception cref="EnvironmentFailureException">The archive cannot be fetched, or the tree not be written.</exception>
    public static UnpackedTree Open(ArchiveOrigin origin, BuildContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var key = new ActionKeyBuilder(ActionKinds.Unpack, ReaderVersion).Add("archive", origin.Digest).Build();
        try
        {
            var tree = context.Cache.OpenTree(key, origin.Name, folder => Unpack(origin, folder, context), context.Cancellation);
            Note(origin, context, tree.Reason, Stopwatch.GetElapsedTime(started).TotalSeconds);
            return new UnpackedTree(tree.Path, tree.Manifest);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentFailureException(
                DiagnosticKinds.TreeNotWritten,
                "unpack",
                origin.Name,
                $"{exception.Message}; make room, or name other folders in [cache] directory and TMPDIR",
                exception
            );
        }
    }

    private static IReadOnlyCollection<TreeEntry> Unpack(ArchiveOrigin origin, string folder, BuildContext context)
    {
        var path = origin.Fetch();
        try
        {
            using var content = OpenVerified(origin, path);
            // Progress is told by how far the archive was read: only its end knows how much it holds.
            return UnpackArchive.Unpack(
                ArchiveFormats.Open(ArchiveFormats.Detect(origin.Name, content), content),
                folder,
                new UnpackLimits(),
                count =>
                {
                    if (count % 64 == 0)
                        context.Log.Progress($"unpack {origin.Name}", (double)content.Position / content.Length, $"{count} files");
                },
                context.Cancellation
            );
        }
        catch (BadArchiveException exception)
        {
            throw origin.Failure(exception.Kind, exception.Message, exception);
        }
    }

    // Digested again although the memo or the cache knows the digest: the archive is unpacked once, and must be the right one.
    private static FileStream OpenVerified(ArchiveOrigin origin, string path)
    {
        FileStream? content = null;
        try
        {
            content = Cache.Files.RegularFile.OpenStream(path, 1 << 16);
            var actual = Sha256Digest.Of(content);
            if (actual != origin.Digest)
                throw origin.Failure(
                    DiagnosticKinds.ArchiveDigestDiffers,
                    $"its sha256 is `{actual}`, and not `{origin.Digest}`; did it change while the build ran?"
                );
            content.Position = 0;
            return content;
        }
        catch (Exception exception)
        {
            content?.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
                throw origin.Failure(
                    DiagnosticKinds.ArchiveNotFound,
                    $"{exception.Message}; check the path and its permissions",
                    exception
                );
            throw;
        }
    }

    private static void Note(ArchiveOrigin origin, BuildContext context, string? reason, double seconds)
    {
        if (reason is null)
        {
            context.Actions.Reuse(ActionKinds.Unpack);
            return;
        }
        context.Log.Debug($"{ActionKinds.Unpack} {origin.Name}: {reason} ({seconds:0.000} s)");
        context.Actions.Execute(new ExecutedAction(ActionKinds.Unpack, origin.Name, reason, seconds));
    }
}
