namespace Oxidizer.Packager.Configuration;

/// <summary>The keys of rules.</summary>
internal static class RuleKeys
{
    /// <summary>The keys of every rule that brings resources.</summary>
    public static Key<T>[] Common<T>(Key<T>[] own)
        where T : ResourceRule =>
        [
            .. own,
            Key.Integer<T>("optimize_level", 0, 2, static (rule, value) => rule with { OptimizeLevel = value })
                .Says("of this rule's bytecode", "that of `[python_config]`"),
            Key.Texts<T>("excludes", static (rule, value) => rule with { Excludes = value })
                .Says("what is left out; a pattern with a `/` is over the paths of files", "`[]`", "list of patterns over module names"),
            Key.Flag<T>("include_source", static (rule, value) => rule with { IncludeSource = value })
                .Says("packs sources beside the bytecode: tracebacks and `inspect` show them", "`true`"),
            Key.Flag<T>("include_resources", static (rule, value) => rule with { IncludeResources = value })
                .Says("packs files that are no modules", "`true`"),
            Key.Flag<T>("include_test_modules", static (rule, value) => rule with { IncludeTestModules = value })
                .Says("packs test packages; the modules among them that are no Python on purpose as source alone", "`false`"),
            Key.Text<T>("install_location", TextForms.InstallLocation, static (rule, value) => rule with { InstallLocation = value })
                .Says(
                    "where the resources live: in the product, or as files in a folder beside it; see below",
                    """`"embedded"`""",
                    """`"embedded"`, or `"app-relative:<folder>"`"""
                ),
        ];

    /// <summary>The keys of filters.</summary>
    public static Key<FilterRule>[] Filter =>
        [
            Key.Texts<FilterRule>("names", TextForms.Module, static (rule, value) => rule with { Names = value })
                .Says("these", form: "list of modules"),
            Key.Texts<FilterRule>("globs", static (rule, value) => rule with { Globs = value })
                .Says("those that match", form: "list of patterns over module names"),
            Key.Paths<FilterRule>("files", static (rule, value) => rule with { Files = value }).Says("files with a name a line"),
            Key.Paths<FilterRule>("from_trace", static (rule, value) => rule with { FromTrace = value })
                .Says("files that products recorded; see below"),
        ];

    /// <summary>The keys of every rule that runs pip.</summary>
    public static Key<PipInstallRule>[] Pip =>
        [
            Key.Text<PipInstallRule>("index_url", TextForms.IndexUrl, static (rule, value) => rule with { IndexUrl = value })
                .Says("the index that is asked, instead of pip's own; `${NAME}` in it is taken from the environment", form: "address"),
            Key.Texts<PipInstallRule>("extra_index_urls", TextForms.IndexUrl, static (rule, value) => rule with { ExtraIndexUrls = value })
                .Says("more indexes", form: "list of addresses"),
            Key.Paths<PipInstallRule>("find_links", static (rule, value) => rule with { FindLinks = value })
                .Says("folders with wheels and source archives"),
            Key.Flag<PipInstallRule>("no_index", static (rule, value) => rule with { NoIndex = value }).Says("no index is asked"),
            Key.Paths<PipInstallRule>("constraints", static (rule, value) => rule with { Constraints = value })
                .Says("files that bound the versions of what is required (`-c`)"),
            Key.Flag<PipInstallRule>("require_hashes", static (rule, value) => rule with { RequireHashes = value })
                .Says("every requirement must have a hash"),
            Key.Texts<PipInstallRule>("extra_args", static (rule, value) => rule with { ExtraArgs = value })
                .Says("""more arguments for pip, where it resolves and where it builds: `["--only-binary=:all:"]`"""),
        ];

    /// <summary>The keys of <c>write-license-files</c>.</summary>
    public static Key<WriteLicenseFilesRule>[] Licenses =>
        [
            new Key<WriteLicenseFilesRule>("path", [], static (rule, reading) => SetLicensePath(rule, reading))
                .Says("""where; `""` is the product's own folder""", form: "folder relative to the product")
                .Takes(KeyValues.Text),
        ];

    /// <summary>A key <c>path</c>.</summary>
    public static Key<T> Path<T>(Func<T, string, T> set, string what)
        where T : class => Key.Path("path", set).Says(what);

    // Relative to the product; PyOxidizer's configurations say "" for the product's folder.
    private static WriteLicenseFilesRule SetLicensePath(WriteLicenseFilesRule rule, KeyReading reading)
    {
        if (!reading.TryText(out var path))
            return rule;
        if (TextForms.Inside(path) is not { } problem)
            return rule with { Path = path };
        reading.Invalid($"`{reading.Name}` of {reading.Table}: {problem}");
        return rule;
    }
}
