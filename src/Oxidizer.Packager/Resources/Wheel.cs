using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Resources;

/// <summary>The rule <c>wheel</c>: one wheel, checked and unpacked without pip. Nothing in it is run.</summary>
internal static class Wheel
{
    private const int Version = 1;

    /// <summary>Brings what the wheel would install into site-packages.</summary>
    public static IEnumerable<Resource> Collect(WheelRule rule, RuleScope scope)
    {
        if (!File.Exists(rule.Path))
        {
            scope.Report(DiagnosticKinds.PackageNotFound, $"the wheel `{rule.Path}` is not there; name an existing file");
            return [];
        }
        if (WheelName.TryParse(Path.GetFileName(rule.Path)) is not { } name)
        {
            scope.Report(DiagnosticKinds.WheelNotUsable, $"`{Path.GetFileName(rule.Path)}` is no wheel's name, which is `<name>-<version>-<python>-<abi>-<platform>.whl`; give the file the name that it was published by");
            return [];
        }
        if (!name.Fits(scope.Distribution.MajorMinor, scope.Distribution.Target))
        {
            scope.Report(DiagnosticKinds.WheelForAnotherPlatform,
                $"the wheel `{Path.GetFileName(rule.Path)}` is for {name.Tags}, and the product is CPython {scope.Distribution.MajorMinor} on `{scope.Distribution.Target}`; take the package's wheel for that, or a pure one");
            return [];
        }
        return Unpacked(rule.Path, name, scope) is { } folder ? Classify(folder, scope) : [];
    }

    private static List<Resource> Classify(string folder, RuleScope scope)
    {
        var root = FolderNode.Load(folder);
        var classifier = new PackageClassifier(scope);
        classifier.TakeAll(root);
        return [.. classifier.Resources, .. SharedObjects.Classify(classifier.SharedObjects, scope), .. DistributionMetadata.Collect(root, scope)];
    }

    private static string? Unpacked(string path, WheelName name, RuleScope scope)
    {
        var cache = scope.Context.Cache;
        try
        {
            var key = new ActionKeyBuilder(ActionKinds.InstallPackages, Version).Add("wheel", cache.DigestFile(path)).Add("distribution", $"{name.Distribution}-{name.Version}").Build();
            var tree = scope.Context.Run(key, Path.GetFileName(path), () => Unpack(path, name, cache)).Outputs[0].Digest;
            return cache.TryGetTree(tree) ?? throw new InvalidOperationException($"the tree of `{path}` was found or stored by this build and is gone; please report this");
        }
        catch (BadArchiveException exception)
        {
            scope.Report(exception.Kind, $"the wheel `{path}` cannot be used: {exception.Message}; fetch it again from its publisher");
            return null;
        }
    }

    private static IReadOnlyList<ActionOutput> Unpack(string path, WheelName name, IActionCache cache)
    {
        using var stream = File.OpenRead(path);
        var files = WheelContent.Read(stream, name);
        var entries = files.Select(file => new ActionOutput(file.Key, cache.Store(file.Value), file.Value.Length)).ToList();
        return [new ActionOutput("wheel/", cache.StoreTree(entries), entries.Sum(entry => entry.Size))];
    }
}
