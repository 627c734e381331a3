using System.Text.RegularExpressions;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Configuration;

namespace Oxidizer.Packager.Projects;

/// <summary>The version of a project whose file does not say it.</summary>
internal static partial class ProjectVersion
{
    /// <summary>What stands for one that is not known.</summary>
    public const string None = "0";

    // Where backends and people write it.
    private static readonly string[] s_files = ["__init__.py", "_version.py", "__about__.py", "version.py"];

    /// <summary>The constant <c>__version__</c> of the packages; <c>null</c> if there is none.</summary>
    public static string? Of(IEnumerable<PackageRootRule> rules) =>
        rules
            .SelectMany(rule => rule.Packages.SelectMany(package => FilesOf(rule.Path, package)))
            .Select(In)
            .FirstOrDefault(version => version is not null);

    private static IEnumerable<string> FilesOf(string folder, string package)
    {
        var path = Path.Combine(folder, package.Replace('.', '/'));
        return s_files.Select(file => Path.Combine(path, file)).Prepend(path + ".py").Where(File.Exists);
    }

    // What cannot be read says nothing here; packing it will.
    private static string? In(string path)
    {
        try
        {
            return RegularFile
                .ReadAllLines(path)
                .Select(line => Constant().Match(line))
                .FirstOrDefault(match => match.Success)
                ?.Groups[1]
                .Value;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex("""^__version__\s*(?::[^=]+)?=\s*["']([0-9][0-9A-Za-z.!+_-]*)["']\s*(?:#.*)?$""")]
    private static partial Regex Constant();
}
