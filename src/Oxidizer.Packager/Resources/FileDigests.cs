using Oxidizer.Cache;

namespace Oxidizer.Packager.Resources;

/// <summary>
/// Digests what a rule brings in one request, after exclusions: the cache asks its memo, and reads what it must with several threads. Until
/// then a file that was found on the disk has the default digest.
/// </summary>
internal static class FileDigests
{
    /// <summary>The resources with their files' digests.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IReadOnlyList<Resource> Fill(IReadOnlyList<Resource> resources, IActionCache cache)
    {
        var digests = Ask(resources.SelectMany(FilesOf), cache);
        return digests.Count == 0
            ? resources
            :
            [
                .. resources.Select(resource =>
                    resource switch
                    {
                        ModuleSource module => module with { File = Known(module.File) },
                        SharedExtension extension => extension with { File = Known(extension.File) },
                        SharedLibraryResource library => library with { File = Known(library.File) },
                        PackageResource file => file with { File = Known(file.File) },
                        PlainFile file => file with { File = Known(file.File) },
                        PackageDistribution distribution => distribution with
                        {
                            Files = [.. distribution.Files.Select(file => (file.Name, Known(file.File)))],
                        },
                        _ => resource,
                    }
                ),
            ];

        ResourceFile Known(ResourceFile file) => digests.TryGetValue(file.Path, out var digest) ? file with { Digest = digest } : file;
    }

    /// <summary>The digests of those files that have none yet, by path.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static Dictionary<string, Sha256Digest> Ask(IEnumerable<ResourceFile> files, IActionCache cache)
    {
        var paths = files.Where(file => file.Digest == default).Select(file => file.Path).Distinct(StringComparer.Ordinal).ToList();
        return paths.Zip(cache.DigestFiles(paths)).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
    }

    /// <summary>The files whose content a resource is.</summary>
    public static IEnumerable<ResourceFile> FilesOf(Resource resource) =>
        resource switch
        {
            ModuleSource module => [module.File],
            SharedExtension extension => [extension.File],
            SharedLibraryResource library => [library.File],
            PackageResource file => [file.File],
            PlainFile file => [file.File],
            PackageDistribution distribution => distribution.Files.Select(file => file.File),
            _ => [],
        };
}
