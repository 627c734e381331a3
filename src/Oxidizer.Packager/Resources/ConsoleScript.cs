using Oxidizer.Cache.Files;

namespace Oxidizer.Packager.Resources;

/// <summary>A command that a distribution declares: what pip would make a file in <c>bin</c> of.</summary>
/// <param name="Name">The command's name.</param>
/// <param name="Target">What it calls, <c>package.module:function</c>, without blanks and extras.</param>
/// <param name="IsOfExtra">Whether it is for an extra (<c>module:function [extra]</c>), that may not be wanted.</param>
internal sealed record ConsoleScript(string Name, string Target, bool IsOfExtra)
{
    /// <summary>The file of a distribution that lists them.</summary>
    public const string FileName = "entry_points.txt";

    /// <summary>The module that the function is in.</summary>
    public string Module => Target.Split(':')[0];

    /// <summary>The scripts of a file in the form of <c>configparser</c>, in its order, graphical ones too.</summary>
    public static IEnumerable<ConsoleScript> In(IEnumerable<string> lines)
    {
        var isScripts = false;
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
                isScripts = line is "[console_scripts]" or "[gui_scripts]";
            else if (isScripts && line.Split('=', 2) is [var name, var value] && !line.StartsWith('#'))
            {
                var bracket = value.IndexOf('[');
                var target = string.Join(':', (bracket < 0 ? value : value[..bracket]).Split(':').Select(part => part.Trim()));
                var script = new ConsoleScript(name.Trim(), target, bracket >= 0);
                if (script.Module.Split('.').All(part => ModuleNames.IsImportable(part)) && !name.Contains('\t'))
                    yield return script;
            }
        }
    }

    /// <summary>The scripts of a distribution. A file that cannot be read has none: packing says it.</summary>
    public static IEnumerable<ConsoleScript> Of(PackageDistribution distribution) =>
        distribution.Files.FirstOrDefault(file => file.Name == FileName).File is { } file ? In(Lines(file)) : [];

    /// <summary>The lines of a distribution's file; none when it cannot be read.</summary>
    internal static string[] Lines(ResourceFile file)
    {
        try
        {
            return RegularFile.ReadAllLines(file.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
