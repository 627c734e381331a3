using System.Text;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>An extension module as a line of a Setup file names it.</summary>
/// <param name="Name">The module.</param>
/// <param name="Sources">Below <c>Modules/</c>.</param>
/// <param name="Flags">Everything else on the line, as it is.</param>
internal sealed record SourceModule(string Name, IReadOnlyList<string> Sources, IReadOnlyList<string> Flags)
{
    /// <summary>Its objects, where <c>makesetup</c> puts them: beside the sources.</summary>
    public IEnumerable<string> Objects => Sources.Select(source => $"Modules/{source[..^2]}.o");

    /// <summary>The line of the Setup file.</summary>
    public override string ToString() => string.Join(' ', [Name, .. Sources, .. Flags]);
}

/// <summary>Reads and writes the Setup files of CPython's build, which say what extension modules are made of.</summary>
internal static class SourceSetup
{
    /// <summary>Reads the modules of a Setup file. Sections, variables and comments are no modules.</summary>
    /// <param name="text">The file.</param>
    /// <param name="template">Whether to read a file before <c>configure</c>: then its conditions, such as <c>@MODULE_ZLIB_TRUE@</c>, are
    /// taken for true.</param>
    public static IReadOnlyList<SourceModule> Read(string text, bool template = false)
    {
        var modules = new List<SourceModule>();
        foreach (var raw in text.Split('\n'))
        {
            var words = raw.Split('#')[0].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries).ToList();
            if (template && words.Count > 0 && words[0].StartsWith('@') && words[0].LastIndexOf('@') is > 0 and var end)
                words[0] = words[0][(end + 1)..];
            words.RemoveAll(word => word.Length == 0 || word.StartsWith('@'));
            if (words.Count < 2 || words[0].StartsWith('*') || raw.Contains('='))
                continue;
            var sources = words.Skip(1).Where(word => word.EndsWith(".c", StringComparison.Ordinal)).ToList();
            if (sources.Count > 0)
                modules.Add(new SourceModule(words[0], sources, [.. words.Skip(1).Except(sources)]));
        }
        return modules;
    }

    /// <summary>
    /// Lists the modules to link into the interpreter: those that <c>configure</c> enabled, and those of the recipe whether it found their
    /// libraries or not (it looks for shared ones).
    /// </summary>
    /// <param name="template"><c>Modules/Setup.stdlib.in</c>.</param>
    /// <param name="configured"><c>Modules/Setup.stdlib</c>, which <c>configure</c> made of it.</param>
    /// <param name="exists">Whether this version has a source file.</param>
    public static IReadOnlyList<SourceModule> Choose(string template, string configured, Func<string, bool> exists)
    {
        var all = Read(template, template: true).ToLookup(module => module.Name, StringComparer.Ordinal);
        var recipes = SourceRecipe.Modules.ToDictionary(recipe => recipe.Name, StringComparer.Ordinal);
        var chosen = Read(configured).Where(module => SourceRecipe.Builds(module.Name) && !recipes.ContainsKey(module.Name)).ToList();
        foreach (var recipe in SourceRecipe.Modules)
        {
            var sources = all[recipe.Name].FirstOrDefault()?.Sources ?? recipe.Sources;
            if (sources.Count > 0 && sources.All(exists))
                chosen.Add(new SourceModule(recipe.Name, sources, Flags(recipe)));
        }
        return chosen;
    }

    /// <summary>Writes <c>Setup.local</c>; what it names, <c>makesetup</c> takes from no other file.</summary>
    public static string Write(IEnumerable<SourceModule> modules)
    {
        var text = new StringBuilder("*static*\n");
        foreach (var module in modules)
            text.Append(module).Append('\n');
        // CPython's `Setup` names it; it is an example of its tests.
        return text.Append("*disabled*\nxxsubtype\n").ToString();
    }

    /// <summary>The flags of a recipe. The include path is never needed twice, but a line without any flag gets those that <c>configure</c>
    /// found for shared libraries.</summary>
    public static IReadOnlyList<string> Flags(SourceModuleRecipe recipe) =>
        ["-I$(srcdir)/Modules", .. recipe.Defines.Select(name => $"-D{name}"), .. recipe.Libraries.Select(name => $"-l{LinkName(name)}")];

    private static string LinkName(string library) => DebianLibrary.All.TryGetValue(library, out var known) ? known.File[3..^2] : library;
}
