using System.Diagnostics;
using Oxidizer.Cache;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Packages;

/// <summary>The content of a wheel, checked and unpacked in the cache once, by its digest.</summary>
internal static class WheelTree
{
    private const int Version = 2; // 2: with the files that belong below the prefix

    /// <summary>The folder with the wheel's content, absolute and read-only.</summary>
    /// <param name="name">Its file name, read.</param>
    /// <param name="file">The same, as written.</param>
    /// <param name="digest">Of the wheel.</param>
    /// <param name="locate">Where the wheel is; asked only when its content is not in the cache. What it throws passes through.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BadArchiveException">It is damaged, unsafe, or not what its record says.</exception>
    public static string Open(WheelName name, string file, Sha256Digest digest, Func<string> locate, BuildContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var tree = context.Cache.OpenTree(
            KeyOf(name, digest),
            file,
            folder => Unpack(locate(), digest, name, folder, context.Cancellation),
            context.Cancellation
        );
        if (tree.Reason is { } reason)
            context.Actions.Execute(
                new ExecutedAction(ActionKinds.InstallPackages, file, reason, Stopwatch.GetElapsedTime(started).TotalSeconds)
            );
        else
            context.Actions.Reuse(ActionKinds.InstallPackages);
        return tree.Path;
    }

    private static ActionKey KeyOf(WheelName name, Sha256Digest digest) =>
        new ActionKeyBuilder(ActionKinds.InstallPackages, Version)
            .Add("wheel", digest)
            .Add("distribution", $"{name.Distribution}-{name.Version}")
            .Build();

    /// <summary>Whether the wheel's content is in the cache.</summary>
    public static bool IsThere(WheelName name, Sha256Digest digest, BuildContext context)
    {
        try
        {
            context.Cache.OpenTree(KeyOf(name, digest), name.Distribution, _ => throw new NotThereException(), context.Cancellation);
            return true;
        }
        catch (NotThereException)
        {
            return false;
        }
    }

    private sealed class NotThereException : Exception;

    /// <summary>Reads an unpacked wheel: what lies in site-packages, and what belongs below the prefix.</summary>
    public static (FolderNode Root, FolderNode? Data) Load(string folder, RuleScope scope)
    {
        var root = FolderNode.Load(folder, scope);
        var information = root.Folders.First(below => below.Name.EndsWith(WheelContent.InformationSuffix, StringComparison.Ordinal)).Name;
        var data = root.Folder(information[..^WheelContent.InformationSuffix.Length] + WheelContent.DataSuffix);
        if (data is not null)
            root.Folders.Remove(data);
        return (root, data?.Folder(PrefixFiles.WheelFolder));
    }

    // Digested again, because what a changed wheel holds must not be kept under the digest that it had.
    private static IReadOnlyCollection<TreeEntry> Unpack(
        string path,
        Sha256Digest digest,
        WheelName name,
        string folder,
        CancellationToken cancellation
    )
    {
        using var stream = RegularFile.OpenStream(path, bufferSize: 1 << 16);
        if (Sha256Digest.Of(stream) != digest)
            throw new BuildFailedException(
                DiagnosticKinds.PackedFileChanged,
                "was changed while the build ran; build again",
                new SourceLocation(path)
            );
        stream.Position = 0;
        return WheelContent.Unpack(stream, name, folder, cancellation);
    }
}
