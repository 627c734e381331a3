using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Configuration;

/// <summary>
/// Settings that are read but not implemented yet. They are reported before any work: a product that silently lacks what its configuration
/// asks for is worse than none. To implement one, remove its line here and the words "not yet" in docs/configuration.md.
/// </summary>
internal static class NotYet
{
    /// <summary>Keys of tables, as <c>table.key</c>: whether the configuration asks for what is not there, and the way out.</summary>
    public static readonly (string Key, Func<BuildConfiguration, bool> IsAsked, string WayOut)[] Keys =
    [
        (
            "python_distribution.version",
            static c => c.Distribution.Version is not null,
            "name the archive by `url` and `sha256`, or use `source = \"apt:python3\"`"
        ),
        ("cache.remote", static c => c.Cache.Remote is not null, "drop the key"),
    ];

    /// <summary>Types of rules, in the same way.</summary>
    public static readonly (string Name, Func<PackageRule, bool> IsAsked, string WayOut)[] Rules =
    [
        ("setup-py-install", static rule => rule is ProjectRule, "package the project's folder with `package-root`"),
    ];

    /// <summary>Reports every setting of the configuration that is not supported yet.</summary>
    public static void Check(BuildConfiguration configuration, DiagnosticBag diagnostics)
    {
        // No default is unsupported, so keys that are not set need no check.
        foreach (var (key, isAsked, wayOut) in Keys)
            if (configuration.Positions.Has(key) && isAsked(configuration))
                Report(
                    $"`{key[(key.IndexOf('.') + 1)..]}` of [{key[..key.IndexOf('.')]}] has a value that is",
                    wayOut,
                    configuration.Positions.Of(key)
                );
        foreach (var rule in configuration.Packages)
        foreach (var (_, isAsked, wayOut) in Rules)
            if (isAsked(rule))
                Report($"the rule type `{rule.Type}` is", wayOut, rule.Location);

        void Report(string what, string wayOut, SourceLocation? location) =>
            diagnostics.Add(DiagnosticKinds.NotSupportedYet, $"{what} not supported yet; {wayOut}", location);
    }
}
