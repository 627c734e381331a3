using System.Text.Json;
using System.Text.RegularExpressions;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Compatibility;

/// <summary>
/// CPython's test extensions (<c>_testcapi</c>, <c>_testinternalcapi</c>, <c>_ctypes_test</c>): no distribution has them, and without them
/// hundreds of tests fail on
/// both sides or are skipped. They are compiled as shared extension modules against the distribution's own headers, out of the sources that
/// it was built from.
/// </summary>
internal static partial class TestExtensions
{
    private static readonly string[] s_prefixes = ["_test", "_xxtest", "_ctypes_test", "xx"];

    /// <summary>Makes a folder of extension modules, or takes the one that is there.</summary>
    /// <exception cref="BuildFailedException">The sources cannot be had, or one does not compile.</exception>
    public static string Build(Distribution distribution, string folder, CompatibilityOptions options, BuildContext context)
    {
        if (Directory.Exists(folder))
            return folder;
        var materials = SourceMaterials.FetchSources(
            Request(distribution, options, context),
            Path.Combine(context.WorkDirectory, "fetched"),
            context
        );
        if (materials.Version != distribution.Version)
            throw new IOException(
                $"`{materials.Archive.Path}` is CPython {materials.Version}, and the distribution {distribution.Version}; name its own sources"
            );
        var command = new SourceCommand(context);
        var tree = SourceTree.Unpack(
            materials,
            Path.Combine(context.WorkDirectory, "source"),
            command,
            new SourceProgress(context.Log, "CPython")
        );
        var modules = Modules(tree).Where(module => !distribution.Extensions.ContainsKey(module.Name)).ToList();
        var unfinished = Directory.CreateDirectory(folder + ".tmp").FullName;
        Parallel.ForEach(
            modules,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            module => Compile(module, tree, unfinished, distribution, command)
        );
        Directory.Move(unfinished, folder);
        context.Log.Information($"{modules.Count} test extensions: {string.Join(", ", modules.Select(module => module.Name))}");
        return folder;
    }

    // 3.11 has `xxsubtype` in `Setup` alone.
    private static IEnumerable<SourceModule> Modules(SourceTree tree) =>
        new[] { "Modules/Setup.stdlib.in", "Modules/Setup" }
            .SelectMany(file => SourceSetup.Read(File.ReadAllText(Path.Combine(tree.Root, file)), template: true))
            .Where(module => s_prefixes.Any(prefix => module.Name.StartsWith(prefix, StringComparison.Ordinal)))
            .DistinctBy(module => module.Name);

    /// <summary>The rule that packs a folder of extension modules.</summary>
    public static string Rule(string folder)
    {
        var names = Directory.GetFiles(folder).Select(path => $"\"{Path.GetFileName(path).Split('.')[0]}\"").Order(StringComparer.Ordinal);
        return $"[[python_packages]]\ntype = \"package-root\"\npath = \"{folder}\"\npackages = [{string.Join(", ", names)}]";
    }

    /// <summary>
    /// Makes a laid out package <c>test</c> use them: some of its files ask the build's settings instead of trying to import, and the
    /// distributions are built with
    /// <c>--disable-test-modules</c>.
    /// </summary>
    public static void TurnOn(string testFolder)
    {
        var path = Path.Combine(testFolder, "support", "__init__.py");
        File.WriteAllText(path, Setting().Replace(File.ReadAllText(path), "TEST_MODULES_ENABLED = True"));
    }

    // Each source file says itself whether it is of the core (Py_BUILD_CORE_MODULE) or of the limited API.
    private static void Compile(SourceModule module, SourceTree tree, string folder, Distribution distribution, SourceCommand command)
    {
        var headers = distribution.PathOf(distribution.IncludeDirectory);
        command.Run(
            $"compile `{module.Name}`",
            tree.Root,
            "cc",
            [
                "-shared",
                "-fPIC",
                "-O1",
                "-w",
                "-fno-strict-aliasing",
                $"-I{headers}",
                $"-I{headers}/internal",
                "-IModules",
                .. module.Sources.Select(source => "Modules/" + source),
                "-lm",
                "-o",
                Path.Combine(folder, module.Name + distribution.ExtensionSuffixes[0]),
            ]
        );
    }

    private static SourceRequest Request(Distribution distribution, CompatibilityOptions options, BuildContext context)
    {
        if (options.ExtensionSources is { } archive)
            return SourceRequest.Read(new DistributionTable { Source = archive }, context);
        using var description = JsonDocument.Parse(File.ReadAllBytes(distribution.PathOf("PYTHON.json")));
        if (
            !description.RootElement.TryGetProperty("source", out var source)
            || !source.TryGetProperty("package", out var package)
            || package.GetString() is not { } name
        )
            throw new IOException(
                $"`{distribution.Name}` does not say which sources it was built from; give a source archive of CPython {distribution.Version} with --extension-sources, or leave --extensions out"
            );
        return SourceRequest.Read(new DistributionTable { Source = $"apt:{name}={source.GetProperty("version").GetString()}" }, context);
    }

    [GeneratedRegex(@"^TEST_MODULES_ENABLED = .*$", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
