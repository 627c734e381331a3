using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Selection;

/// <summary>Applies the rules, policies and filters.</summary>
internal static class ResourceStage
{
    // Without these Py_Initialize ends the process before any of our code could say why.
    private static readonly string[] s_startModules = ["encodings", "encodings.aliases", "encodings.utf_8"];

    /// <summary>Collects what the rules bring. <see cref="LibraryClosure"/> adds the libraries that this needs. Mistakes go into the
    /// context's diagnostics.</summary>
    /// <param name="packages">The rules, in order.</param>
    /// <param name="optimizeLevel">Of bytecode, for rules that say nothing else.</param>
    /// <param name="extensions">Which of the distribution's extension modules are linked.</param>
    /// <param name="positions">For messages.</param>
    /// <param name="distribution">Brings the standard library.</param>
    /// <param name="context">The build.</param>
    public static ResourceSet Collect(
        IReadOnlyList<PackageRule> packages,
        int optimizeLevel,
        ExtensionsTable extensions,
        KeyPositions positions,
        Distribution distribution,
        BuildContext context
    )
    {
        var collection = new ResourceCollection(context.Diagnostics);
        for (var index = 0; index < packages.Count; index++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var rule = packages[index];
            if (rule is FilterRule filter)
                ResourceFilters.Apply(filter, collection, context);
            // It brings nothing, and says what to write beside the product.
            else if (rule is not WriteLicenseFilesRule)
                Apply(rule as ResourceRule ?? throw CameThrough(rule), index + 1, optimizeLevel, distribution, collection, context);
        }
        CheckStartModules(positions.File, collection, context);
        // Last, so that no filter drops them, and a module with the same name is reported.
        collection.Add(RuntimeModules.Collect(context), null);
        var includeTests = packages.OfType<StdlibRule>().Any(rule => rule.IncludeTestModules);
        var linked = new ExtensionPolicy(extensions, distribution, context.Diagnostics).Choose(includeTests);
        return collection.ToSet(linked);
    }

    /// <summary>Makes mistakes in what the product starts errors, because a product that cannot start is no product.</summary>
    public static ResourceSet RequireStart(ResourceSet resources, RunTable run)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var module in run.Starts.Select(start => start.Split(':')[0]))
        {
            for (var name = module; name.Length > 0; name = ModuleNames.ParentOf(name))
                needed.Add(name);
            needed.Add(module + ".__main__");
        }
        if (needed.Count == 0)
            return resources;
        return resources with
        {
            Modules =
            [
                .. resources.Modules.Select(module =>
                    module.TellsRefusal && needed.Contains(module.Name)
                        ? module with
                        {
                            MayNotCompile = false,
                            TellsRefusal = false,
                        }
                        : module
                ),
            ],
        };
    }

    private static void Apply(
        ResourceRule rule,
        int number,
        int optimizeLevel,
        Distribution distribution,
        ResourceCollection collection,
        BuildContext context
    )
    {
        var scope = new RuleScope(rule, OriginOf(rule, number), rule.OptimizeLevel ?? optimizeLevel, distribution, context)
        {
            Location = rule.InstallFolder is { } folder ? new ResourceLocation(folder) : ResourceLocation.Embedded,
        };
        try
        {
            IReadOnlyList<Resource> resources = [.. Bring(rule, scope).Select(Place)];
            scope.ReportLinksOut();
            collection.Add(
                FileDigests.Fill(FileSizes.Check(ResourceFilters.Exclude(resources, scope), scope), context.Cache),
                rule.Location
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            scope.Report(
                DiagnosticKinds.PackageNotReadable,
                $"{scope.Origin} cannot be read: {exception.Message.TrimEnd('.')}; mend that, or take it out of the rule"
            );
        }
    }

    private static IEnumerable<Resource> Bring(ResourceRule rule, RuleScope scope) =>
        rule switch
        {
            StdlibRule stdlib => StandardLibrary.Collect(stdlib, scope),
            PackageRootRule root => PackageRoot.Collect(root, scope),
            ScriptRule script => PackageRoot.CollectScript(script, scope),
            VirtualenvRule environment => Virtualenv.Collect(environment, scope),
            WheelRule wheel => Wheel.Collect(wheel, scope),
            InstalledRule installed => Installed.Collect(installed, scope),
            PipInstallRule pip => ObtainedWheels.Collect(pip, scope),
            DataRule data => DataFiles.Collect(data, scope),
            MetadataRule metadata => DistributionMetadata.Generate(metadata, scope),
            _ => throw CameThrough(rule),
        };

    private static ResourceOrigin OriginOf(ResourceRule rule, int number) =>
        new(number, rule is StdlibRule ? ResourceOwner.StandardLibrary : ResourceOwner.Application, WordsOf(rule, number));

    private static string WordsOf(ResourceRule rule, int number) =>
        rule switch
        {
            PackageRootRule root => $"rule {number} (package-root {root.Path})",
            ScriptRule script => $"rule {number} (script {script.Path})",
            WheelRule wheel => $"rule {number} (wheel {wheel.Path})",
            VirtualenvRule environment => $"rule {number} (virtualenv {environment.Path})",
            InstalledRule installed => $"rule {number} (installed {string.Join(", ", installed.Distributions)})",
            PipInstallRule { RequirementsPath: { } path } => $"rule {number} ({rule.Type} {path})",
            PipInstallRule { PylockPath: { } path } => $"rule {number} ({rule.Type} {path})",
            PipInstallRule pip => $"rule {number} ({rule.Type} {string.Join(", ", pip.Packages)})",
            DataRule data => $"rule {number} (data {data.Path})",
            _ => $"rule {number} ({rule.Type})",
        } + (rule.Location is { Line: > 0 } location ? $" at {Path.GetFileName(location.File)}:{location.Line}" : "");

    // CPython imports its codecs before anything can be read from a file, and a file without the suffix of a source has no loader.
    private static Resource Place(Resource resource) =>
        resource is ModuleSource { Location.Folder: not null } module
        && (
            module.Name == "encodings"
            || module.Name.StartsWith("encodings.", StringComparison.Ordinal)
            || !module.RelativePath.EndsWith(".py", StringComparison.Ordinal)
        )
            ? resource with
            {
                Location = ResourceLocation.Embedded,
            }
            : resource;

    // NotYet refuses these rules before any stage.
    private static InvalidOperationException CameThrough(PackageRule rule) =>
        new($"a rule of type `{rule.Type}` came to the resources, which nothing carries out; please report this");

    private static void CheckStartModules(SourceLocation configuration, ResourceCollection collection, BuildContext context)
    {
        var missing = s_startModules.Where(name => !collection.ModuleNames.Contains(name)).ToList();
        // When a rule failed, its own message is the one that helps.
        if (missing.Count > 0 && !context.Diagnostics.HasErrors)
            context.Diagnostics.Add(
                DiagnosticKinds.StartModulesMissing,
                $"no rule brings {string.Join(", ", missing.Select(name => $"`{name}`"))}, without which Python cannot start; add a `stdlib` rule, and keep filters from dropping them",
                configuration
            );
    }
}
