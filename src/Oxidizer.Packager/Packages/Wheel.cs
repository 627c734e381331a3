using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>The rule <c>wheel</c>: one wheel, checked and unpacked without pip. Nothing in it is run.</summary>
internal static class Wheel
{
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
        var (root, data) = WheelTree.Load(folder, scope);
        return Classify(root, data is null ? [] : [data], scope);
    }

    /// <summary>What the content of wheels is, as it lies in site-packages.</summary>
    /// <param name="root">All of it.</param>
    /// <param name="data">What belongs below the prefix, a folder for each wheel that has some.</param>
    /// <param name="scope">The rule.</param>
    public static List<Resource> Classify(FolderNode root, IEnumerable<FolderNode> data, RuleScope scope)
    {
        var classifier = new PackageClassifier(scope);
        classifier.TakeAll(root);
        return
        [
            .. classifier.Resources,
            .. SharedObjects.Classify(classifier.SharedObjects, scope),
            .. DistributionMetadata.Collect(root, scope),
            .. data.SelectMany(installed => PrefixFiles.OfWheel(installed, scope)),
        ];
    }

    private static string? Unpacked(string path, WheelName name, RuleScope scope)
    {
        try
        {
            var digest = scope.Context.Cache.DigestFile(path);
            return WheelTree.Open(name, Path.GetFileName(path), digest, () => path, scope.Context);
        }
        catch (BadArchiveException exception)
        {
            scope.Report(exception.Kind, $"the wheel `{path}` cannot be used: {exception.Message}; fetch it again from its publisher");
            return null;
        }
    }
}
