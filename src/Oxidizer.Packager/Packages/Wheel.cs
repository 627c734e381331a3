using System.Diagnostics;
using Oxidizer.Cache;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>The rule <c>wheel</c>: one wheel, checked and unpacked without pip. Nothing in it is run.</summary>
internal static class Wheel
{
    private const int Version = 2; // 2: with the files that belong below the prefix

    /// <summary>Brings what the wheel would install into site-packages.</summary>
    public static IEnumerable<Resource> Collect(WheelRule rule, RuleScope scope)
    {
        if (FileNode.Named("wheel", rule.Path, scope) is null)
            return [];
        if (WheelName.TryParse(Path.GetFileName(rule.Path)) is not { } name)
        {
            scope.Report(
                DiagnosticKinds.WheelNotUsable,
                $"`{Path.GetFileName(rule.Path)}` is not the name of a wheel, which is `<name>-<version>-<python>-<abi>-<platform>.whl`; give the file the name that it was published by"
            );
            return [];
        }
        if (!name.Fits(scope.Distribution.MajorMinor, scope.Distribution.Target))
        {
            scope.Report(
                DiagnosticKinds.WheelForAnotherPlatform,
                $"the wheel `{Path.GetFileName(rule.Path)}` is for {name.Tags}, and the product is CPython {scope.Distribution.MajorMinor} on `{scope.Distribution.Target}`; take the package's wheel for that, or a pure one"
            );
            return [];
        }
        return Unpacked(rule.Path, name, scope) is { } folder ? Classify(folder, scope) : [];
    }

    private static List<Resource> Classify(string folder, RuleScope scope)
    {
        var root = FolderNode.Load(folder, scope);
        var information = root.Folders.First(below => below.Name.EndsWith(WheelContent.InformationSuffix, StringComparison.Ordinal)).Name;
        var data = root.Folder(information[..^WheelContent.InformationSuffix.Length] + WheelContent.DataSuffix);
        if (data is not null)
            root.Folders.Remove(data);
        var classifier = new PackageClassifier(scope);
        classifier.TakeAll(root);
        return
        [
            .. classifier.Resources,
            .. SharedObjects.Classify(classifier.SharedObjects, scope),
            .. DistributionMetadata.Collect(root, scope),
            .. data?.Folder(PrefixFiles.WheelFolder) is { } installed ? PrefixFiles.OfWheel(installed, scope) : [],
        ];
    }

    private static string? Unpacked(string path, WheelName name, RuleScope scope)
    {
        var context = scope.Context;
        var started = Stopwatch.GetTimestamp();
        try
        {
            var digest = context.Cache.DigestFile(path);
            var key = new ActionKeyBuilder(ActionKinds.InstallPackages, Version)
                .Add("wheel", digest)
                .Add("distribution", $"{name.Distribution}-{name.Version}")
                .Build();
            var tree = context.Cache.OpenTree(
                key,
                Path.GetFileName(path),
                folder => Unpack(path, digest, name, folder, context.Cancellation),
                context.Cancellation
            );
            if (tree.Reason is { } reason)
                context.Actions.Execute(
                    new ExecutedAction(
                        ActionKinds.InstallPackages,
                        Path.GetFileName(path),
                        reason,
                        Stopwatch.GetElapsedTime(started).TotalSeconds
                    )
                );
            else
                context.Actions.Reuse(ActionKinds.InstallPackages);
            return tree.Path;
        }
        catch (BadArchiveException exception)
        {
            scope.Report(exception.Kind, $"the wheel `{path}` cannot be used: {exception.Message}; fetch it again from its publisher");
            return null;
        }
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
