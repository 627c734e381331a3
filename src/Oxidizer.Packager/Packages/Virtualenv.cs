using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>The rule <c>virtualenv</c>: what is installed in an environment, and what its <c>.pth</c> files and egg-links point
/// to.</summary>
internal static class Virtualenv
{
    // They patch the environment's own import system, and have no use in a product.
    private static readonly string[] s_ownFiles = ["_virtualenv.py", "_virtualenv.pth", "distutils-precedence.pth"];

    /// <summary>Brings site-packages and what it points to.</summary>
    public static IEnumerable<Resource> Collect(VirtualenvRule rule, RuleScope scope)
    {
        var folder = Path.Combine(rule.Path, "lib", "python" + scope.Distribution.MajorMinor, "site-packages");
        if (!Directory.Exists(folder))
        {
            scope.Report(DiagnosticKinds.VirtualenvNotUsable, WhyNot(rule.Path, scope));
            return [];
        }
        var classifier = new PackageClassifier(scope);
        var beside = new List<Resource>();
        var done = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<string>([folder]);
        while (waiting.TryDequeue(out var next))
        {
            if (!done.Add(next))
                continue;
            var root = FolderNode.Load(next, scope);
            root.Files.RemoveAll(file => s_ownFiles.Contains(file.Name));
            classifier.TakeAll(root);
            beside.AddRange(DistributionMetadata.Collect(root, scope));
            beside.AddRange(PrefixFiles.Collect(root, scope));
            // Only site-packages itself is a site folder: Python does not read .pth files in the folders that they name.
            if (next == folder)
            {
                foreach (var linked in PathFiles.Folders(root, scope))
                    waiting.Enqueue(linked);
            }
        }
        return [.. classifier.Resources, .. SharedObjects.Classify(classifier.SharedObjects, scope), .. beside];
    }

    private static string WhyNot(string path, RuleScope scope)
    {
        var version = scope.Distribution.MajorMinor;
        if (!Directory.Exists(path))
            return $"the virtual environment `{path}` is not there; make it with `python{version} -m venv {path}`";
        var library = Path.Combine(path, "lib");
        var others = Directory.Exists(library)
            ? Directory
                .EnumerateDirectories(library, "python*")
                .Where(folder => Directory.Exists(Path.Combine(folder, "site-packages")))
                .Select(Path.GetFileName)
                .Order(StringComparer.Ordinal)
                .ToList()
            : [];
        return others.Count == 0
            ? $"`{path}` is not a virtual environment: `lib/python{version}/site-packages` is not in it; name the folder that `python{version} -m venv` made"
            : $"the virtual environment `{path}` is for {string.Join(", ", others)}, and the distribution is Python {version}; make one with `python{version} -m venv`, or choose another [python_distribution]";
    }
}
