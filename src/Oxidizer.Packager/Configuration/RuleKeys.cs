namespace Oxidizer.Packager.Configuration;

/// <summary>The keys of rules.</summary>
internal static class RuleKeys
{
    /// <summary>The keys of every rule that brings resources.</summary>
    public static Key<T>[] Common<T>(Key<T>[] own) where T : ResourceRule =>
    [
        .. own,
        Key.Integer<T>("optimize_level", 0, 2, static (rule, value) => rule with { OptimizeLevel = value }),
        Key.Texts<T>("excludes", static (rule, value) => rule with { Excludes = value }),
        Key.Flag<T>("include_source", static (rule, value) => rule with { IncludeSource = value }),
        Key.Flag<T>("include_resources", static (rule, value) => rule with { IncludeResources = value }),
        Key.Flag<T>("include_test_modules", static (rule, value) => rule with { IncludeTestModules = value }),
        Key.Text<T>("install_location", TextForms.InstallLocation, static (rule, value) => rule with { InstallLocation = value }),
    ];

    /// <summary>The keys of filters.</summary>
    public static Key<FilterRule>[] Filter =>
    [
        Key.Texts<FilterRule>("names", TextForms.Module, static (rule, value) => rule with { Names = value }),
        Key.Texts<FilterRule>("globs", static (rule, value) => rule with { Globs = value }),
        Key.Paths<FilterRule>("files", static (rule, value) => rule with { Files = value }),
        Key.Paths<FilterRule>("from_trace", static (rule, value) => rule with { FromTrace = value }),
    ];

    /// <summary>The keys of every rule that runs pip.</summary>
    public static Key<PipInstallRule>[] Pip =>
    [
        Key.Texts<PipInstallRule>("extra_args", static (rule, value) => rule with { ExtraArgs = value }),
        Key.Paths<PipInstallRule>("find_links", static (rule, value) => rule with { FindLinks = value }),
        Key.Flag<PipInstallRule>("no_index", static (rule, value) => rule with { NoIndex = value }),
        Key.Flag<PipInstallRule>("require_hashes", static (rule, value) => rule with { RequireHashes = value }),
    ];

    /// <summary>The keys of <c>write-license-files</c>.</summary>
    public static Key<WriteLicenseFilesRule>[] Licenses => [new("path", [], static (rule, reading) => SetLicensePath(rule, reading))];

    /// <summary>A key <c>path</c>.</summary>
    public static Key<T> Path<T>(Func<T, string, T> set) where T : class => Key.Path("path", set);

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
