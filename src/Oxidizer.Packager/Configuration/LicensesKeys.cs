using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Configuration;

/// <summary><c>[licenses]</c>: what a product may hold, and what the build says of it.</summary>
internal sealed record LicensesTable
{
    /// <summary>SPDX licences, or globs over their names, that parts of the product may be under; empty: all.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Those that no part may be under, whatever <see cref="Allow"/> says.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];

    /// <summary>What parts are under whose own words nothing says, or that say it wrongly: name to SPDX expression.</summary>
    public IReadOnlyDictionary<string, string> Known { get; init; } = new Dictionary<string, string>();

    /// <summary>The folder of <c>COPYING.txt</c>, relative to the product's; empty: the product's own. <c>null</c>: it is not
    /// written.</summary>
    public string? WriteFiles { get; init; }

    /// <summary>Which bills of materials are written beside the product: <c>cyclonedx</c>, <c>spdx</c>.</summary>
    public IReadOnlyList<string> Sbom { get; init; } = [];
}

internal static class LicensesKeys
{
    public const string CycloneDx = "cyclonedx",
        Spdx = "spdx";

    public static readonly TableSchema<LicensesTable> Table = new(
        "licenses",
        [
            Key.Texts<LicensesTable>("allow", static (table, value) => table with { Allow = value })
                .Says(
                    """what parts of the product may be under; all, if it names none: `["MIT", "BSD-*", "Apache-2.0"]`""",
                    "`[]`",
                    "list of SPDX licences, or patterns over them"
                ),
            Key.Texts<LicensesTable>("deny", static (table, value) => table with { Deny = value })
                .Says(
                    """what no part may be under, whatever `allow` says: `["GPL-*", "AGPL-*"]`""",
                    "`[]`",
                    "list of SPDX licences, or patterns over them"
                ),
            new Key<LicensesTable>("known", [], static (table, reading) => SetKnown(table, reading))
                .Takes(KeyValues.TextTable)
                .Says(
                    """what a part is under that does not say it, or says it wrongly: `{ mypackage = "LicenseRef-Mine" }`""",
                    "`{}`",
                    "table of part and SPDX expression"
                ),
            Key.Text<LicensesTable>("write_files", TextForms.Inside, static (table, value) => table with { WriteFiles = value })
                .Says("where `COPYING.txt` is written, with the licence of every part", "not written", "folder relative to the product"),
            Key.Texts<LicensesTable>("sbom", ProblemOfSbom, static (table, value) => table with { Sbom = value })
                .Says(
                    "which bills of materials are written beside the product; with one of them the product carries its own too. See [licences.md](licences.md)",
                    "`[]`",
                    $"list of `\"{CycloneDx}\"`, `\"{Spdx}\"`"
                ),
        ]
    );

    private static string? ProblemOfSbom(string text) =>
        text is CycloneDx or Spdx ? null : $"`{text}` is no bill of materials that is written; it is `{CycloneDx}` or `{Spdx}`";

    private static LicensesTable SetKnown(LicensesTable table, KeyReading reading)
    {
        if (reading.Value is not TomlTable entries)
        {
            reading.Wrong(reading.Value, "a table of part and SPDX expression", $"write `{reading.Name} = {{ mypackage = \"MIT\" }}`");
            return table;
        }
        var known = new Dictionary<string, string>(table.Known, StringComparer.Ordinal);
        foreach (var entry in entries.Entries)
            if (
                (reading with { Table = $"{reading.Name} of {reading.Table}", Name = entry.Name, Value = entry.Value }).TryWord(
                    out var expression
                )
            )
                known[entry.Name] = expression;
        return table with { Known = known };
    }
}
