using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Configuration;

/// <summary>The types of rules. Each is made when a file uses it: a configuration has three or four of them, and starts a build that takes
/// 0.1 s.</summary>
internal static class RuleTypes
{
    private static readonly Func<RuleType>[] s_all =
    [
        Stdlib,
        Virtualenv,
        PackageRoot,
        Script,
        Wheel,
        Installed,
        Data,
        PipInstall,
        Requirements,
        Pylock,
        Project,
        FilterInclude,
        FilterExclude,
        Licenses,
        ExtensionsPolicy,
        ExtensionsIncludes,
        ExtensionsExcludes,
        ExtensionVariant,
    ];

    /// <summary>Every type.</summary>
    public static IEnumerable<RuleType> All => s_all.Select(create => create());

    /// <summary>The type of a name; <c>null</c> if there is none.</summary>
    public static RuleType? Find(string name) =>
        name switch
        {
            "stdlib" => Stdlib(),
            "virtualenv" => Virtualenv(),
            "package-root" => PackageRoot(),
            "script" => Script(),
            _ => All.FirstOrDefault(type => Array.IndexOf(type.Names, name) >= 0),
        };

    private static RuleType<StdlibRule> Stdlib() => new(["stdlib"], static (_, place) => new(place), RuleKeys.Common<StdlibRule>([]));

    private static RuleType<VirtualenvRule> Virtualenv() =>
        new(
            ["virtualenv"],
            static (_, place) => new("", place),
            RuleKeys.Common([
                RuleKeys.Path<VirtualenvRule>(static (rule, value) => rule with { Path = value }, "the environment's folder"),
            ]),
            "path"
        );

    private static RuleType<PackageRootRule> PackageRoot() =>
        new(
            ["package-root"],
            static (_, place) => new("", [], place),
            RuleKeys.Common([
                RuleKeys.Path<PackageRootRule>(static (rule, value) => rule with { Path = value }, "the folder"),
                Key.Texts<PackageRootRule>("packages", TextForms.PackageName, static (rule, value) => rule with { Packages = value })
                    .Says("""top-level packages or modules in it; `"*"` is all of them, see below""", form: "list of names"),
            ]),
            "path",
            "packages"
        );

    private static RuleType<ScriptRule> Script() =>
        new(
            ["script"],
            static (_, place) => new("", place),
            RuleKeys.Common([RuleKeys.Path<ScriptRule>(static (rule, value) => rule with { Path = value }, "the file")]),
            "path"
        );

    private static RuleType<WheelRule> Wheel() =>
        new(
            ["wheel"],
            static (_, place) => new("", place),
            RuleKeys.Common([RuleKeys.Path<WheelRule>(static (rule, value) => rule with { Path = value }, "the wheel")]),
            "path"
        );

    private static RuleType<InstalledRule> Installed() =>
        new(
            ["installed"],
            static (_, place) => new([], place),
            RuleKeys.Common([
                Key.Texts<InstalledRule>(
                        "distributions",
                        TextForms.Requirement,
                        static (rule, value) => rule with { Distributions = value }
                    )
                    .Says(
                        """what is brought with all that it requires: `["httpie", "requests[socks] >=2.8"]`""",
                        form: "list of requirements"
                    ),
                RuleKeys.Path<InstalledRule>(
                    static (rule, value) => rule with { Path = value },
                    "the folder that they are installed in, such as a `site-packages`; without it that of the machine's Python, see below"
                ),
                Key.Texts<InstalledRule>("without", TextForms.Requirement, static (rule, value) => rule with { Without = value })
                    .Says("required distributions that are left out, with what only they require", form: "list of names"),
            ]),
            "distributions"
        );

    private static RuleType<DataRule> Data() =>
        new(
            ["data"],
            static (_, place) => new("", place),
            RuleKeys.Common([
                RuleKeys.Path<DataRule>(static (rule, value) => rule with { Path = value }, "a file, or a folder whose content is brought"),
                Key.Text<DataRule>("dest", TextForms.Below, static (rule, value) => rule with { Dest = value })
                    .Says(
                        """where: a folder below the product's virtual root; `"."`, the root itself, is the default""",
                        form: "relative folder"
                    ),
                Key.Texts<DataRule>("globs", static (rule, value) => rule with { Globs = value })
                    .Says(
                        "which files of the folder, by their paths in it; `*` takes a `/` too. Without it all",
                        form: "list of patterns over paths"
                    ),
            ]),
            "path"
        );

    private static RuleType<PipInstallRule> PipInstall() =>
        new(
            ["pip-install", "pip-install-simple"],
            static (type, place) => new(type, place),
            RuleKeys.Common<PipInstallRule>([
                Key.Text<PipInstallRule>("package", static (rule, value) => rule with { Packages = [.. rule.Packages, value] })
                    .Says("one requirement; this or `packages` is needed"),
                Key.Texts<PipInstallRule>("packages", static (rule, value) => rule with { Packages = [.. rule.Packages, .. value] })
                    .Says("several"),
                .. RuleKeys.Pip,
            ]),
            "package|packages"
        );

    private static RuleType<PipInstallRule> Requirements() =>
        new(
            ["pip-requirements-file", "requirements"],
            static (type, place) => new(type, place),
            RuleKeys.Common<PipInstallRule>([
                Key.Path<PipInstallRule>("requirements_path", static (rule, value) => rule with { RequirementsPath = value })
                    .Says("the file"),
                .. RuleKeys.Pip,
            ]),
            "requirements_path"
        );

    private static RuleType<PipInstallRule> Pylock() =>
        new(
            ["pylock"],
            static (type, place) => new(type, place),
            RuleKeys.Common<PipInstallRule>([
                RuleKeys.Path<PipInstallRule>(static (rule, value) => rule with { PylockPath = value }, "the lock"),
                .. RuleKeys.Pip,
            ]),
            "path"
        );

    private static RuleType<ProjectRule> Project() =>
        new(
            ["setup-py-install", "project"],
            static (type, place) => new(type, "", [], place),
            RuleKeys.Common([
                Key.Path<ProjectRule>("package_path", static (rule, value) => rule with { PackagePath = value })
                    .Says("the project's folder"),
                Key.Texts<ProjectRule>("extra_global_arguments", static (rule, value) => rule with { ExtraGlobalArguments = value })
                    .Says("for the backend"),
            ]),
            "package_path"
        );

    private static RuleType<FilterRule> FilterInclude() =>
        new(["filter-include"], static (_, place) => new(true, place), RuleKeys.Filter, "names|globs|files|from_trace");

    private static RuleType<FilterRule> FilterExclude() =>
        new(["filter-exclude"], static (_, place) => new(false, place), RuleKeys.Filter, "names|globs|files|from_trace");

    private static RuleType<WriteLicenseFilesRule> Licenses() =>
        new(["write-license-files"], static (_, place) => new("", place), RuleKeys.Licenses, "path");

    // The four below are PyOxidizer's first way to say what [python_extensions] says.
    private static ExtensionRuleType ExtensionsPolicy() =>
        new(["stdlib-extensions-policy"], [ExtensionsKeys.Policy.Says("sets the policy")], null, "policy");

    private static ExtensionRuleType ExtensionsIncludes() =>
        new(
            ["stdlib-extensions-explicit-includes"],
            [
                Key.Texts<ExtensionsTable>(
                        "includes",
                        TextForms.Module,
                        static (table, value) => table with { Includes = [.. table.Includes, .. value] }
                    )
                    .Says("""adds to `includes`; the policy is `"explicit-includes"` unless one is set""", form: "list of modules"),
            ],
            "explicit-includes",
            "includes"
        );

    private static ExtensionRuleType ExtensionsExcludes() =>
        new(
            ["stdlib-extensions-explicit-excludes"],
            [
                Key.Texts<ExtensionsTable>(
                        "excludes",
                        TextForms.Module,
                        static (table, value) => table with { Excludes = [.. table.Excludes, .. value] }
                    )
                    .Says("""adds to `excludes`; the policy is `"explicit-excludes"` unless one is set""", form: "list of modules"),
            ],
            "explicit-excludes",
            "excludes"
        );

    private static ExtensionRuleType ExtensionVariant() =>
        new(
            ["stdlib-extension-variant"],
            [
                Key.Text<ExtensionsTable>("extension", TextForms.Module, static (table, _) => table).Says("the extension", form: "module"),
                Key.Text<ExtensionsTable>("variant", static (table, _) => table).Says("its variant"),
            ],
            null,
            "extension",
            "variant"
        )
        {
            Finish = AddVariant,
        };

    // Two keys make one entry: it is added when both are read.
    private static ExtensionsTable AddVariant(ExtensionsTable table, TomlTable rule) =>
        rule.Find("extension")?.Value is TomlString extension && rule.Find("variant")?.Value is TomlString variant
            ? table with
            {
                Variants = new Dictionary<string, string>(table.Variants, StringComparer.Ordinal) { [extension.Value] = variant.Value },
            }
            : table;
}
