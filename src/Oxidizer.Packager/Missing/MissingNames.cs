using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Selection;

namespace Oxidizer.Packager.Missing;

/// <summary>Says what the program will miss: a warning for each name that its start asks for and nothing brings.</summary>
internal static class MissingNames
{
    // Raised when other names are found in the same resources.
    private const int Version = 2;

    /// <summary>Adds the warnings to the context's diagnostics. What was found is kept by all that it depends on, so that an unchanged
    /// build reads no source.</summary>
    /// <param name="resources">What the product holds, with its libraries.</param>
    /// <param name="run">What it starts.</param>
    /// <param name="python">Where it looks for modules besides memory.</param>
    /// <param name="extensions">Which libraries the target has.</param>
    /// <param name="optional">Globs over names that nobody need bring.</param>
    /// <param name="positions">For messages.</param>
    /// <param name="distribution">What it could bring.</param>
    /// <param name="context">The build.</param>
    public static void Tell(
        ResourceSet resources,
        RunTable run,
        PythonConfigTable python,
        ExtensionsTable extensions,
        IReadOnlyList<string> optional,
        KeyPositions positions,
        Distribution distribution,
        BuildContext context
    )
    {
        var findings = Find(resources, run, python, context);
        if (findings.Count == 0)
            return;
        var silenced = optional.Select(glob => new GlobPattern(glob)).ToList();
        var targets = extensions.SystemLibraries.Select(glob => new GlobPattern(glob)).ToList();
        var paths = resources.Modules.ToDictionary(module => module.Name, module => module.File.Path, StringComparer.Ordinal);
        foreach (var finding in findings)
        {
            var place =
                paths.TryGetValue(finding.By, out var path) ? new SourceLocation(path, finding.Line)
                : finding.Kind == FindingKind.Script ? positions.File
                : run.Location ?? positions.File;
            if (finding.Kind == FindingKind.Library)
            {
                if (!IsTargets(finding.Name, targets))
                    context.Diagnostics.Add(DiagnosticKinds.LibraryNotPacked, SayLibrary(finding), place);
            }
            else if (!silenced.Exists(glob => glob.Matches(finding.Name)))
                context.Diagnostics.Add(
                    finding.Kind == FindingKind.Script ? DiagnosticKinds.ScriptMissing : DiagnosticKinds.ImportMissing,
                    finding.Kind == FindingKind.Script ? SayScript(finding) : SayImport(finding, distribution),
                    place
                );
        }
    }

    private static List<Finding> Find(ResourceSet resources, RunTable run, PythonConfigTable python, BuildContext context)
    {
        var key = Key(resources, run, python);
        if (
            context.Cache.Find(key) is { Outputs: [var output] }
            && context.Cache.TryRead(output.Digest) is { } bytes
            && Finding.Read(bytes) is { } known
        )
            return known;
        var brought = new BroughtNames(resources);
        var wants = new KnownWants(context);
        var hasFolders = python is { FilesystemImporter: true, SysPaths.Count: > 0 };
        List<Finding> findings =
        [
            .. new FollowImports(resources, brought, wants).From(run, python.FilesystemImporter, hasFolders),
            .. hasFolders ? [] : ConsoleScripts.FindMissing(resources, brought),
        ];
        wants.Remember();
        var text = Finding.Write(findings);
        context.Cache.Add(
            new ActionRecord(key, "what is missing", [new ActionOutput("findings", context.Cache.Store(text), text.Length)], 0)
        );
        return findings;
    }

    private static ActionKey Key(ResourceSet resources, RunTable run, PythonConfigTable python) =>
        new ActionKeyBuilder("missing_names", Version)
            .Add("sources", DigestList.Of(resources.Modules.Select(module => module.File.Digest)))
            .Add("modules", Digest(resources.Modules.Select(module => module.Name + (module.IsPackage ? "/" : ""))))
            .Add("of the application", Digest(Applications(resources)))
            .Add("namespaces", Digest(resources.Namespaces.Select(space => space.Name)))
            .Add("extensions", Digest(resources.Extensions.Select(extension => extension.Name)))
            .Add("shared extensions", Digest(resources.SharedExtensions.Select(extension => extension.Name)))
            .Add("libraries", Digest(resources.SharedLibraries.SelectMany(library => new[] { library.Soname, library.RelativePath })))
            .Add("distributions", Digest(resources.PackageDistributions.SelectMany(Describe)))
            .Add("mode", run.Mode)
            .Add("module", string.Join('\n', run.Starts))
            .Add("code", run.Code ?? "")
            .Add("folders are searched", python.FilesystemImporter)
            .Add("folders", python.SysPaths.Count > 0)
            .Build();

    private static IEnumerable<string> Applications(ResourceSet resources) =>
        resources.Modules.Where(module => module.Origin.Owner == ResourceOwner.Application).Select(module => module.Name);

    private static IEnumerable<string> Describe(PackageDistribution distribution) =>
        distribution
            .Files.Where(file => file.Name is ConsoleScript.FileName or DistributionNames.Record)
            .Select(file => $"{file.Name} {file.File.Digest}")
            .Prepend(distribution.Name);

    // No name holds a NUL.
    private static Sha256Digest Digest(IEnumerable<string> names) => Sha256Digest.Of(string.Join('\0', names));

    private static bool IsTargets(string library, List<GlobPattern> targets)
    {
        var names =
            library.StartsWith("lib", StringComparison.Ordinal) && ModuleNames.IsSharedObject(library)
                ? new[] { library }
                : [$"lib{library}.so", $"lib{library}.so.1"];
        return names.Any(name => LibcLibraries.Holds(name) || targets.Exists(glob => glob.Matches(name)))
            || LibcLibraries.HoldsStem(names[0]);
    }

    private static string SayImport(Finding finding, Distribution distribution)
    {
        var who =
            finding.By.Length > 0 ? $"`{finding.By}` imports"
            : finding.Line == 0 ? "[python_run] starts"
            : "the code of [python_run] imports";
        var wayOut =
            distribution.Extensions.ContainsKey(finding.Name) ? "have it linked (`policy` and `excludes` of [python_extensions])"
            : IsOf(distribution, finding.Name) ? "add the rule `stdlib`, or take it out of the `excludes` or the filter that drop it"
            : $"bring it with a rule (`packages`, `distributions`), after `pip install` if it is not here, or take it out of the `excludes` or the filter that drop it";
        return $"{who} `{finding.Name}`, which nothing brings{Others(finding)}: it will fail with ModuleNotFoundError; {wayOut}; "
            + "or name it in `optional_imports` of [packing]";
    }

    private static bool IsOf(Distribution distribution, string module)
    {
        var file = $"{distribution.StandardLibrary}/{module.Replace('.', '/')}";
        return distribution.Files.ContainsKey(file + ".py") || distribution.Files.ContainsKey(file + "/__init__.py");
    }

    private static string SayScript(Finding finding) =>
        $"the script `{finding.Script}` of the distribution `{finding.By}` is in `{finding.Name}`, which nothing brings; "
        + "bring it with a rule (`packages`, `distributions`), or name it in `optional_imports` of [packing]";

    private static string SayLibrary(Finding finding) =>
        $"`{(finding.By.Length > 0 ? finding.By : "[python_run]")}` looks for the library `{finding.Name}`, which is not packed{Others(finding)}: it comes from the machine that "
        + "the product runs on, or is not found; put it into a folder that a `package-root` rule brings, or name it in `system_libraries` of [python_extensions]";

    private static string Others(Finding finding) =>
        finding.More switch
        {
            0 => "",
            1 => " (and 1 more place)",
            var more => $" (and {more} more places)",
        };
}
