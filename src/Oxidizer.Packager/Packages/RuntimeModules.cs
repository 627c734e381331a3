using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Runtime;

namespace Oxidizer.Packager.Packages;

/// <summary>The runtime's own modules that are written in Python. They travel inside this assembly and are packed like all
/// others.</summary>
internal static class RuntimeModules
{
    /// <summary>The modules; <c>pyembed/python/x.py</c> is the module <c>x</c>.</summary>
    public static IEnumerable<Resource> Collect(BuildContext context)
    {
        foreach (var source in RuntimeSources.PythonModules)
        {
            var relative = source.Path[RuntimeSources.PythonFolder.Length..];
            var isPackage = relative.EndsWith("/__init__.py", StringComparison.Ordinal);
            var name = (isPackage ? relative[..^"/__init__.py".Length] : relative[..^".py".Length]).Replace('/', '.');
            yield return new ModuleSource(
                name,
                isPackage,
                relative,
                new ResourceFile(FileOf(source, context), source.Digest, source.Content.Length),
                OptimizeLevel: 0,
                IncludeSource: true,
                ResourceOrigin.Runtime,
                ResourceLocation.Embedded
            );
        }
    }

    // Later rooms need files. The cache stores the text as a blob; if it cannot store, the file is in the build's own folder.
    private static string FileOf(RuntimeSource source, BuildContext context)
    {
        if (context.Cache.TryGetFile(source.Digest) is { } cached)
            return cached;
        context.Cache.Store(source.Content);
        if (context.Cache.TryGetFile(source.Digest) is { } stored)
            return stored;
        var path = Path.Combine(context.WorkDirectory, "runtime-python", source.Path);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, source.Content);
            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw BuildContext.NotWritten(DiagnosticKinds.PackedNotWritten, "write the runtime's own modules", path, exception);
        }
    }
}
