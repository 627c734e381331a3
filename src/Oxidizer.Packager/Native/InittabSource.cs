using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Native;

/// <summary>Writes the <c>config.c</c> with <c>PyImport_Inittab</c>: the table of the extension modules that are linked in.</summary>
internal static partial class InittabSource
{
    /// <summary>
    /// CPython's own entries (<c>marshal</c>, <c>_imp</c>, <c>builtins</c>, <c>sys</c>, ...: they live in the core and are no extensions of
    /// the distribution) are kept as its <c>config.c</c> has them; after them come the chosen extensions, by name.
    /// </summary>
    public static string Write(string originalSource, Distribution distribution, IReadOnlyList<ExtensionVariant> chosen)
    {
        var own = Entry()
            .Matches(originalSource)
            .Select(match => (Name: match.Groups[1].Value, Init: match.Groups[2].Value))
            .Where(entry => !distribution.Extensions.ContainsKey(entry.Name))
            .ToImmutableArray();
        var taken = own.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        var entries = own.AddRange(
            chosen
                .Where(variant => variant.InitFunction is not null || variant.InCore)
                .Where(variant => taken.Add(variant.Name))
                .OrderBy(variant => variant.Name, StringComparer.Ordinal)
                .Select(variant => (variant.Name, Init: variant.InitFunction ?? "NULL"))
        );

        var text = new StringBuilder("#include \"Python.h\"\n\n");
        foreach (var init in entries.Select(entry => entry.Init).Where(init => init != "NULL").Distinct())
            text.Append("extern PyObject *").Append(init).Append("(void);\n");
        text.Append("\nstruct _inittab _PyImport_Inittab[] = {\n");
        foreach (var (name, init) in entries)
            text.Append("    {\"").Append(name).Append("\", ").Append(init).Append("},\n");
        text.Append("    {0, 0}\n};\n"); // `PyImport_Inittab`, which points here, is in CPython's own import.o
        return text.ToString();
    }

    /// <summary>The names that a written table holds, in order.</summary>
    public static IReadOnlyList<string> NamesOf(string inittabSource) =>
        [.. Entry().Matches(inittabSource).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("""^\s*\{\s*"([A-Za-z_][A-Za-z0-9_.]*)"\s*,\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}""", RegexOptions.Multiline)]
    private static partial Regex Entry();
}
