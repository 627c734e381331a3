using Oxidizer.Cache.Files;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Packing;

/// <summary>
/// In which order modules stand in a blob. A start reads the pages of what it imports: when these stand together, few pages are touched.
/// </summary>
internal static class ImportOrder
{
    /// <summary>
    /// The modules that CPython imports before the finder is installed and that it has not frozen: the codecs of the filesystem's and the
    /// terminal's encoding. The locale of the product's user decides which; names that the distribution lacks are skipped.
    /// </summary>
    public static IReadOnlyList<string> Boot { get; } =
    [
        "encodings",
        "encodings.aliases",
        "encodings.utf_8",
        "encodings.ascii",
        "encodings.latin_1",
        "encodings.iso8859_1",
        "encodings.iso8859_2",
        "encodings.iso8859_5",
        "encodings.iso8859_7",
        "encodings.iso8859_9",
        "encodings.iso8859_13",
        "encodings.iso8859_15",
        "encodings.cp1251",
        "encodings.cp1252",
        "encodings.koi8_r",
        "encodings.koi8_u",
        "encodings.tis_620",
        "encodings.euc_jp",
        "encodings.shift_jis",
        "encodings.euc_kr",
        "encodings.gb2312",
        "encodings.gbk",
        "encodings.gb18030",
        "encodings.big5",
        "encodings.big5hkscs",
    ];

    // Recorded from a start that runs a module and prints a line (CPython 3.11 and 3.13), then what most programs import next.
    private static readonly string[] s_start =
    [
        "codecs",
        "abc",
        "io",
        "stat",
        "_collections_abc",
        "genericpath",
        "posixpath",
        "os",
        "_sitebuiltins",
        "site",
        "warnings",
        "importlib",
        "importlib.machinery",
        "importlib._abc",
        "importlib.abc",
        "keyword",
        "operator",
        "reprlib",
        "collections",
        "types",
        "functools",
        "contextlib",
        "importlib.util",
        "runpy",
        "enum",
        "re",
        "re._constants",
        "re._parser",
        "re._casefix",
        "re._compiler",
        "copyreg",
        "collections.abc",
        "typing",
        "weakref",
        "_weakrefset",
        "traceback",
        "linecache",
        "tokenize",
        "token",
        "textwrap",
        "argparse",
        "gettext",
        "locale",
        "datetime",
        "json",
        "json.decoder",
        "json.encoder",
        "json.scanner",
        "logging",
        "string",
        "threading",
        "struct",
        "pathlib",
        "fnmatch",
        "ntpath",
        "urllib",
        "urllib.parse",
        "ipaddress",
        "inspect",
        "ast",
        "dis",
        "opcode",
        "dataclasses",
        "copy",
        "random",
        "hashlib",
        "subprocess",
        "signal",
        "selectors",
        "socket",
        "ssl",
        "tempfile",
        "shutil",
    ];

    /// <summary>Orders modules, given by name order.</summary>
    /// <param name="modules">All, each with whether it is of the application (and not of the standard library).</param>
    /// <param name="packing">The configuration.</param>
    /// <exception cref="BuildFailedException">The recorded order cannot be read.</exception>
    public static IReadOnlyList<PackedModule> Sort(IReadOnlyList<PackedModule> modules, PackingTable packing)
    {
        var byName = modules.OrderBy(module => module.Name, StringComparer.Ordinal).ToList();
        if (packing.Order == "name")
            return byName;
        var first = packing.Order == "import" ? s_start : ReadRecorded(packing.Order);
        var known = byName.ToDictionary(module => module.Name, StringComparer.Ordinal);
        var order = new List<PackedModule>(byName.Count);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        // The runtime's boot module runs in place of `encodings`: nothing of Python is imported before it.
        Take(Boot.Prepend("_pyembed_boot").Concat(first).Select(name => known.GetValueOrDefault(name)).OfType<PackedModule>());
        Take(byName.Where(module => module.IsApplication));
        Take(byName);
        return order;

        void Take(IEnumerable<PackedModule> next) => order.AddRange(next.Where(module => taken.Add(module.Name)));
    }

    private static IEnumerable<string> ReadRecorded(string path)
    {
        try
        {
            return
            [
                .. RegularFile
                    .ReadAllLines(path)
                    .Select(line => line.Split('#')[0].Trim().Split([' ', '\t'])[0])
                    .Where(name => name.Length > 0),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BuildFailedException(
                DiagnosticKinds.ImportOrderNotReadable,
                $"the import order `{path}` of [packing] order cannot be read: {exception.Message}; say `import`, `name`, or a file that a product recorded",
                null,
                exception
            );
        }
    }
}
