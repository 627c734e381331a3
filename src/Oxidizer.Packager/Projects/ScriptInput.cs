using System.Text;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Projects;

/// <summary>
/// A script stands for a configuration: the standard library, and the script as <c>__main__</c>. What it says of itself by PEP 723 is read
/// too: what it requires, and a configuration in <c>[tool.oxidizer]</c>.
/// </summary>
internal static class ScriptInput
{
    /// <summary>Reads it.</summary>
    /// <param name="path">The script, absolute; its name without <c>.py</c> is the product's.</param>
    /// <exception cref="BuildFailedException">It is not there, or its metadata have mistakes.</exception>
    /// <exception cref="EnvironmentFailureException">It cannot be read.</exception>
    public static ConfigurationSet Load(string path)
    {
        var origin = ConfigurationReader.ShortPath(path);
        if (!File.Exists(path))
            throw new BuildFailedException(
                DiagnosticKinds.ScriptNotFound,
                $"the script `{origin}` is not there; name a Python file or a configuration that is"
            );
        var mistakes = new DiagnosticBag(DiagnosticBag.MostOfOneFile);
        var place = new SourceLocation(origin);
        var block = ScriptBlock.Find(Read(path), origin, mistakes);
        mistakes.ThrowIfErrors(inOrderOfFile: true);
        var root = block is null
            ? new TomlTable(place, TomlTableOrigin.Implied)
            : ReadToml.Read(block, origin, mistakes, ScriptBlock.Prefix.Length);
        mistakes.ThrowIfErrors(inOrderOfFile: true);
        var scope = new ReadScope(Path.GetDirectoryName(path)!, mistakes, Expand: true);
        var configuration = ToolTable.Find(root, mistakes);
        var requires = ToolTable.RequiresPython(root, "the script's metadata", scope);
        var dependencies = ToolTable.Dependencies(root, "the script's metadata", scope);
        var defaults = new ConfigurationDefaults
        {
            ApplicationName = Path.GetFileNameWithoutExtension(path),
            Packages = [new StdlibRule(place), .. dependencies, new ScriptRule(path, place)],
            Run = ConfigurationTables.RunScript,
            RequiresPython = requires,
            Source = ChoosePython.SourceFor(requires, configuration, mistakes),
        };
        return ConfigurationReader.Read(configuration, origin, scope.Directory, defaults, mistakes);
    }

    // A script of another encoding is one all the same: what is looked for is ASCII, but for texts within it.
    private static string Read(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(RegularFile.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentFailureException(
                DiagnosticKinds.ConfigurationNotReadable,
                "read the script",
                path,
                exception.Message,
                exception
            );
        }
    }
}
