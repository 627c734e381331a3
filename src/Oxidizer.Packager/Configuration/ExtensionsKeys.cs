using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Configuration;

internal static class ExtensionsKeys
{
    private static readonly string[] s_policies =
    [
        "all",
        "none",
        "minimal",
        "no-libraries",
        "no-copyleft",
        "no-gpl",
        "explicit-includes",
        "explicit-excludes",
    ];

    public static readonly TableSchema<ExtensionsTable> Table = new(
        "python_extensions",
        [
            Policy,
            Key.Texts<ExtensionsTable>("includes", TextForms.Module, static (table, value) => table with { Includes = value })
                .Says("""for `"explicit-includes"`; with `"no-copyleft"` linked whatever their licences""", "`[]`", "list of modules"),
            Key.Texts<ExtensionsTable>("excludes", TextForms.Module, static (table, value) => table with { Excludes = value })
                .Says("never linked, whatever the policy", "`[]`", "list of modules"),
            new Key<ExtensionsTable>("variants", [], static (table, reading) => SetVariants(table, reading))
                .Says(
                    """chooses among several ways to build an extension: `{ readline = "libedit" }`""",
                    "`{}`",
                    "table of extension and variant"
                )
                .Takes(KeyValues.TextTable),
            Key.Paths<ExtensionsTable>("library_paths", static (table, value) => table with { LibraryPaths = value })
                .Says("where the libraries that shared extension modules need are looked for, before the system's folders", "`[]`"),
            Key.Texts<ExtensionsTable>("system_libraries", static (table, value) => table with { SystemLibraries = value })
                .Says(
                    """libraries that are not packed, because the target has them: `["libGL.so.*", "libcuda.so.*"]`""",
                    "`[]`",
                    "list of patterns over SONAMEs"
                ),
        ]
    )
    {
        Place = static (table, location) => table with { Location = location },
    };

    /// <summary>Also a key of the old rule <c>stdlib-extensions-policy</c>.</summary>
    public static Key<ExtensionsTable> Policy =>
        Key.Choice<ExtensionsTable>(
                "policy",
                s_policies,
                static (table, value) => table with { Policy = value == "no-gpl" ? "no-copyleft" : value }
            )
            .Says("which ones; see below", """`"all"`""");

    private static ExtensionsTable SetVariants(ExtensionsTable table, KeyReading reading)
    {
        if (reading.Value is not TomlTable entries)
        {
            reading.Wrong(reading.Value, "a table of extension and variant", $"write `{reading.Name} = {{ readline = \"libedit\" }}`");
            return table;
        }
        var variants = new Dictionary<string, string>(table.Variants, StringComparer.Ordinal);
        foreach (var entry in entries.Entries)
            if (
                (reading with { Table = $"{reading.Name} of {reading.Table}", Name = entry.Name, Value = entry.Value }).TryWord(
                    out var variant
                )
            )
                variants[entry.Name] = variant;
        return table with { Variants = variants };
    }
}
