using System.Text.RegularExpressions;
using Oxidizer.Packager.Native;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>One variant of an extension module of a CPython that was built here.</summary>
/// <param name="Name">The module.</param>
/// <param name="Variant">The variant; the first of a module is its default.</param>
/// <param name="InitFunction">Its init function; <c>NULL</c> if CPython has none.</param>
/// <param name="InCore">Whether its objects are the core's, and it cannot be left out.</param>
/// <param name="Objects">Its objects, below the root of the sources; empty for the core's.</param>
/// <param name="Libraries">What it links, in order.</param>
internal sealed partial record SourceExtension(
    string Name,
    string Variant,
    string InitFunction,
    bool InCore,
    IReadOnlyList<string> Objects,
    IReadOnlyList<string> Libraries
)
{
    /// <summary>CPython's licence text, in the archive.</summary>
    public const string CoreLicense = "licenses/LICENSE.cpython.txt";

    /// <summary>The licences of code of others in CPython's own sources, in the archive.</summary>
    public const string CopiedLicense = "licenses/LICENSE.cpython-incorporated.rst";

    // By the folder of their objects, below `Modules/`.
    private static readonly (string Folder, string License)[] s_copied =
    [
        ("_decimal/libmpdec/", "BSD-2-Clause"),
        ("_hacl/", "MIT"),
        ("_blake2/", "CC0-1.0"),
        ("_sha3/", "CC0-1.0"),
    ];

    /// <summary>SPDX identifiers of the code of others that CPython's sources hold for this module.</summary>
    public IEnumerable<string> CopiedLicenses =>
        s_copied
            .Where(copied => Objects.Any(path => path.StartsWith($"Modules/{copied.Folder}", StringComparison.Ordinal)))
            .Select(copied => copied.License);

    /// <summary>Libraries that the distribution brings.</summary>
    public IEnumerable<DebianLibrary> Brought =>
        Libraries.Where(name => !DebianLibrary.System.Contains(name)).Select(name => DebianLibrary.All[name]);

    /// <summary>The text of a library's licence, in the archive.</summary>
    public static string LicenseOf(DebianLibrary library) => $"licenses/LICENSE.{library.Name}.txt";

    /// <summary>Lists all, in the order of their names: a default variant before the others.</summary>
    public static IReadOnlyList<SourceExtension> List(string root, SourceVariables variables, IReadOnlyList<SourceModule> modules)
    {
        var extensions = new List<SourceExtension>();
        foreach (var (name, function) in ReadInittab(File.ReadAllText(Path.Combine(root, "Modules/config.c.in"))))
            extensions.Add(new SourceExtension(name, "default", function, InCore: true, [], []));
        // What the bootstrap needs is linked always; without these modules CPython does not start.
        foreach (var module in SourceSetup.Read(File.ReadAllText(Path.Combine(root, "Modules/Setup.bootstrap"))))
            extensions.Add(new SourceExtension(module.Name, "default", $"PyInit_{module.Name}", InCore: true, [], []));
        foreach (var module in modules)
            extensions.Add(OfModule(root, variables, module));
        extensions.Add(
            new SourceExtension(
                "readline",
                "readline",
                "PyInit_readline",
                InCore: false,
                [SourceMake.GnuReadlineObject],
                SourceRecipe.GnuReadline.Libraries
            )
        );
        return [.. extensions.OrderBy(extension => extension.Name, StringComparer.Ordinal)];
    }

    /// <summary>The names after <c>-l</c>, each once; our own name for a library whose archive has another.</summary>
    public static IEnumerable<string> LibrariesOf(IEnumerable<string> flags) =>
        flags
            .Where(flag => flag.StartsWith("-l", StringComparison.Ordinal))
            .Select(flag => flag[2..])
            .Select(name => DebianLibrary.All.Values.FirstOrDefault(library => library.File == $"lib{name}.a")?.Name ?? name)
            .Distinct();

    private static SourceExtension OfModule(string root, SourceVariables variables, SourceModule module)
    {
        var flags = module.Flags.Count > 0 ? module.Flags : variables.ModuleFlags.GetValueOrDefault(module.Name.ToUpperInvariant(), []);
        // CPython's copies of libmpdec and HACL* are archives beside their objects: the objects are the module's.
        var bundled = flags
            .Where(flag => flag.EndsWith(".a", StringComparison.Ordinal))
            .SelectMany(archive =>
                SourceArchiveMembers.Read(Path.Combine(root, archive)).Select(member => $"{Path.GetDirectoryName(archive)}/{member}")
            );
        return new SourceExtension(
            module.Name,
            module.Name == "readline" ? "libedit" : "default",
            $"PyInit_{module.Name}",
            InCore: false,
            [.. module.Objects.Concat(bundled)],
            [.. LibrariesOf(flags)]
        );
    }

    // CPython's own entries: `{"marshal", PyMarshal_Init},`.
    private static IEnumerable<(string Name, string Function)> ReadInittab(string text) =>
        InittabPattern().Matches(text).Select(match => (match.Groups["name"].Value, match.Groups["function"].Value));

    [GeneratedRegex(@"\{""(?<name>\w+)"",\s*(?<function>\w+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex InittabPattern();
}

/// <summary>Reads the names in a static library (<c>ar</c>, System V form): 60 bytes of header before each member, its size in decimal at
/// offset 48.</summary>
internal static class SourceArchiveMembers
{
    private const int HeaderSize = 60;

    /// <summary>The members' names, without the index and the table of long names.</summary>
    public static IReadOnlyList<string> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var names = new List<string>();
        var longNames = "";
        for (long at = 8; at + HeaderSize <= bytes.Length; )
        {
            var header = System.Text.Encoding.Latin1.GetString(bytes, (int)at, HeaderSize);
            if (
                !header.EndsWith("`\n", StringComparison.Ordinal)
                || !long.TryParse(header.AsSpan(48, 10).Trim(), out var size)
                || at + HeaderSize + size > bytes.Length
            )
                throw new InvalidDataException($"`{path}` is damaged at offset {at}");
            var name = header[..16].TrimEnd();
            if (name == "//")
                longNames = System.Text.Encoding.Latin1.GetString(bytes, (int)at + HeaderSize, (int)size);
            else if (name != "/" && name != "/SYM64/")
                names.Add(
                    name.StartsWith('/')
                        ? longNames[int.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture)..].Split('/')[0]
                        : name.TrimEnd('/')
                );
            at += HeaderSize + size + (size & 1);
        }
        return names;
    }
}
