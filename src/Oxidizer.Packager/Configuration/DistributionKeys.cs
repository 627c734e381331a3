namespace Oxidizer.Packager.Configuration;

internal static class DistributionKeys
{
    /// <summary>The keys that say where the CPython comes from: of these there is exactly one.</summary>
    public static readonly string[] Ways = ["url", "local_path", "version", "source"];

    public static readonly TableSchema<DistributionTable> Table = new(
        "python_distribution",
        [
            Key.Text<DistributionTable>("url", TextForms.Url, static (table, value) => table with { Url = value })
                .Says("""address of a "full" archive; needs `sha256`""", form: "string, `https://`, `http://` or `file://`"),
            Key.Path<DistributionTable>("local_path", static (table, value) => table with { LocalPath = value })
                .Says("""a "full" archive on this machine"""),
            Key.Text<DistributionTable>(
                    "sha256",
                    TextForms.Sha256,
                    static (table, value) => table with { Sha256 = value.ToLowerInvariant() }
                )
                .Says(
                    "the archive's digest; for `url`, `local_path`, and `source` when it is an archive",
                    form: "string, 64 hexadecimal digits"
                ),
            Key.Text<DistributionTable>("version", TextForms.PythonVersion, static (table, value) => table with { Version = value })
                .Says(
                    "a standalone release, found by `flavor`, `release` and `releases_url`; *not yet*",
                    form: """string, such as `"3.13"`"""
                ),
            Key.Text<DistributionTable>("flavor", static (table, value) => table with { Flavor = value })
                .Says("the release's flavour, for `version`", """`"pgo+lto-full"`"""),
            Key.Text<DistributionTable>("release", static (table, value) => table with { Release = value })
                .Says("the release's tag, for `version`", """`"latest"`"""),
            Key.Text<DistributionTable>("releases_url", TextForms.HttpUrl, static (table, value) => table with { ReleasesUrl = value })
                .Says("where releases are, for `version`", form: "string, `https://` or `http://`"),
            new Key<DistributionTable>("source", [], static (table, reading) => SetSource(table, reading))
                .Says(
                    "builds CPython from the distribution's source package with its security fixes, or from a source archive",
                    """`"apt:python3"`""",
                    """`"apt:python3"`, `"apt:python3.11"` (any minor version), or path"""
                )
                .Takes(KeyValues.Text),
            Key.Choice<DistributionTable>(
                    "optimizations",
                    ["pgo", "noopt", "pgo+lto"],
                    static (table, value) => table with { Optimizations = Optimization(value) }
                )
                .Says(
                    """for `source`: profile-guided with a short training and joined into one object (`"pgo"`; `"pgo+lto"` is the same), or plain""",
                    """`"pgo"`"""
                ),
            Key.Path<DistributionTable>("interpreter", static (table, value) => table with { Interpreter = value })
                .Says("the Python that compiles bytecode", "the distribution's own"),
        ]
    )
    {
        Ways = Ways,
        Forgotten = [.. Ways, "sha256"],
        Forget = static table => table with { Url = null, LocalPath = null, Version = null, Source = null, Sha256 = null },
        Place = static (table, location) => table with { Location = location },
    };

    private static DistributionTable SetSource(DistributionTable table, KeyReading reading)
    {
        const string Apt = "apt:";
        if (!reading.TryWord(out var source))
            return table;
        if (!source.StartsWith(Apt, StringComparison.Ordinal))
            return Key.TryPathIf(reading, true, ref source) ? table with { Source = source } : table;
        var package = source.AsSpan(Apt.Length);
        if (
            package.StartsWith("python3")
            && (package.Length == 7 || (package[7] == '.' && package.Length > 8 && !package[8..].ContainsAnyExceptInRange('0', '9')))
        )
            return table with { Source = source };
        reading.Invalid($"`{source}` is not a source package; write `apt:python3` for the one that this Debian has, or `apt:python3.11`");
        return table;
    }

    private static DistributionOptimization Optimization(string value) =>
        value switch
        {
            "pgo" => DistributionOptimization.Pgo,
            "noopt" => DistributionOptimization.NoOpt,
            _ => DistributionOptimization.PgoLto,
        };
}
