using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Configuration;

/// <summary>The tables of a file, each with the targets that it is for, before they are merged.</summary>
internal sealed class ConfigurationTables
{
    /// <summary>The source package that stands for "the Python of this Debian".</summary>
    public const string DefaultSource = "apt:python3";

    private const string Packages = "python_packages";

    // PyOxidizer's names, of its first versions.
    private static readonly Dictionary<string, string> s_oldNames = new(StringComparer.Ordinal)
    {
        ["build_target"] = "build",
        ["embedded_python_config"] = "python_config",
        ["embedded_python_run"] = "python_run",
        ["packaging_rule"] = Packages,
    };

    private readonly List<Part> _parts = [];
    private readonly string _origin,
        _directory;
    private readonly ConfigurationDefaults _defaults;

    private ConfigurationTables(string origin, string directory, ConfigurationDefaults defaults) =>
        (_origin, _directory, _defaults) = (origin, directory, defaults);

    /// <summary>The tables' names, without old ones.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "build",
        "python_distribution",
        "python_config",
        "python_extensions",
        Packages,
        "python_run",
        "packing",
        "licenses",
        "toolchain",
        "cache",
        "lock",
    ];

    /// <summary>The old names of tables, each with its name.</summary>
    public static IReadOnlyDictionary<string, string> OldNames => s_oldNames;

    /// <summary>The keys of a table, other than the rules': what the reference has to describe.</summary>
    public static IEnumerable<DeclaredKey> KeysOf(string table) =>
        table switch
        {
            "build" => BuildKeys.Table.Keys,
            "python_distribution" => DistributionKeys.Table.Keys,
            "python_config" => PythonConfigKeys.Table.Keys,
            "python_extensions" => ExtensionsKeys.Table.Keys,
            "python_run" => RunKeys.Table.Keys,
            "packing" => PackingKeys.Table.Keys,
            "licenses" => LicensesKeys.Table.Keys,
            "toolchain" => ToolchainKeys.Table.Keys,
            "cache" => CacheKeys.Table.Keys,
            "lock" => LockKeys.Table.Keys,
            _ => [],
        };

    /// <summary>What runs when there is a script and no <c>[python_run]</c>.</summary>
    public static RunTable RunScript { get; } = new() { Mode = "module", Module = "__main__" };

    /// <summary>Whether a table is for some targets only.</summary>
    public bool HasConditions { get; private set; }

    /// <summary>Sorts a document's tables.</summary>
    public static ConfigurationTables Collect(
        TomlTable root,
        string origin,
        string directory,
        ConfigurationDefaults defaults,
        DiagnosticBag mistakes
    )
    {
        var tables = new ConfigurationTables(origin, directory, defaults);
        foreach (var entry in root.Entries)
        {
            if (mistakes.IsFull)
                break;
            var name = s_oldNames.GetValueOrDefault(entry.Name, entry.Name);
            if (!Names.Contains(name))
                ReportUnknown(entry, mistakes);
            else
                tables.Add(name, entry, mistakes);
        }
        return tables;
    }

    /// <summary>The entries of a table by its name or an old one, of an array of tables all: for defaults that follow from what is
    /// not there.</summary>
    public static IEnumerable<TomlTable> Find(TomlTable root, string name) =>
        root
            .Entries.Where(entry => s_oldNames.GetValueOrDefault(entry.Name, entry.Name) == name)
            .SelectMany(entry => entry.Value is TomlArray array ? array.Items : [entry.Value])
            .OfType<TomlTable>();

    /// <summary>Merges the tables for a target: each key of a later table replaces that of an earlier one.</summary>
    /// <param name="target">The target; <c>null</c>: only the tables for all.</param>
    /// <param name="mistakes">Takes wrong keys and contradictions.</param>
    /// <param name="expandConditional">Whether paths of tables for some targets only are expanded too: for the target that is being
    /// built.</param>
    public BuildConfiguration Merge(TargetTriple? target, DiagnosticBag mistakes, bool expandConditional = true)
    {
        var sum = new RuleSum(new Dictionary<string, SourceLocation>(StringComparer.Ordinal));
        var configuration = new BuildConfiguration(_origin, _directory)
        {
            Target = target ?? TargetTriple.Host,
            RequiresPython = _defaults.RequiresPython,
            Warnings = _defaults.Warnings,
        };
        foreach (var part in _parts)
            if (part.Table != Packages && Applies(part, target))
                configuration = Apply(configuration, part, Scope(part, mistakes, expandConditional), sum);
        // After this: [python_extensions] stands, which old rules change.
        foreach (var part in _parts)
            if (part.Table == Packages && Applies(part, target))
                ApplyRule(part, Scope(part, mistakes, expandConditional), sum);

        configuration = FillIn(
            configuration with
            {
                Packages = sum.Positions.ContainsKey(Packages) ? sum.Rules : _defaults.Packages,
                Extensions = sum.Extensions,
                Positions = new KeyPositions(_origin, sum.Positions),
            }
        );
        if (target is not null || !HasConditions)
            new CheckConfiguration(configuration, mistakes).Check();
        return configuration;
    }

    /// <summary>Checks the tables that apply to none of the targets, so that their mistakes are found too.</summary>
    public void CheckOthers(IReadOnlyList<TargetTriple> targets, DiagnosticBag mistakes)
    {
        foreach (var part in _parts)
        {
            if (targets.Any(target => Applies(part, target)))
                continue;
            var sum = new RuleSum([]);
            var scope = new ReadScope(_directory, mistakes, Expand: false);
            if (part.Table == Packages)
                ApplyRule(part, scope, sum);
            else
                Apply(new BuildConfiguration(_origin, _directory), part, scope, sum);
        }
    }

    private static bool Applies(Part part, TargetTriple? target) =>
        part.Pattern == "all" || (target is not null && TargetPattern.Matches(part.Pattern, target));

    private ReadScope Scope(Part part, DiagnosticBag mistakes, bool expandConditional) =>
        new(_directory, mistakes, Expand: expandConditional || part.Pattern == "all");

    private static BuildConfiguration Apply(BuildConfiguration configuration, Part part, ReadScope scope, RuleSum sum)
    {
        var positions = sum.Positions;
        positions[part.Table] = part.Entries.Location;
        switch (part.Table)
        {
            case "build":
                return configuration with { Build = BuildKeys.Table.Apply(configuration.Build, part.Entries, scope, positions) };
            case "python_distribution":
                return configuration with
                {
                    Distribution = DistributionKeys.Table.Apply(configuration.Distribution, part.Entries, scope, positions),
                };
            case "python_config":
                return configuration with
                {
                    PythonConfig = PythonConfigKeys.Table.Apply(configuration.PythonConfig, part.Entries, scope, positions),
                };
            case "python_extensions":
                sum.Extensions = ExtensionsKeys.Table.Apply(sum.Extensions, part.Entries, scope, positions);
                return configuration;
            case "python_run":
                return configuration with { Run = RunKeys.Table.Apply(configuration.Run, part.Entries, scope, positions) };
            case "packing":
                return configuration with { Packing = PackingKeys.Table.Apply(configuration.Packing, part.Entries, scope, positions) };
            case "licenses":
                return configuration with { Licenses = LicensesKeys.Table.Apply(configuration.Licenses, part.Entries, scope, positions) };
            case "toolchain":
                return configuration with
                {
                    Toolchain = ToolchainKeys.Table.Apply(configuration.Toolchain, part.Entries, scope, positions),
                };
            case "lock":
                return configuration with { Lock = LockKeys.Table.Apply(configuration.Lock, part.Entries, scope, positions) };
            default:
                return configuration with { Cache = CacheKeys.Table.Apply(configuration.Cache, part.Entries, scope, positions) };
        }
    }

    private static void ApplyRule(Part part, ReadScope scope, RuleSum sum)
    {
        sum.Positions[part.Table] = part.Entries.Location;
        if (part.Entries.Find(RuleType.TypeKey) is not { } entry)
        {
            scope.Mistakes.Add(
                DiagnosticKinds.MissingKey,
                "this rule has no `type`; add one, such as `type = \"stdlib\"`",
                part.Entries.Location
            );
            return;
        }
        if (!new KeyReading(scope, $"[[{Packages}]]", entry.Name, entry.Value).TryWord(out var type))
            return;
        if (RuleTypes.Find(type) is { } found)
        {
            found.Apply(type, part.Entries, scope, sum);
            return;
        }
        var known = RuleTypes.All.SelectMany(known => known.Names).ToList();
        scope.Mistakes.Add(
            DiagnosticKinds.UnknownRuleType,
            $"unknown rule type `{type}`; "
                + (
                    NearestName.Of(type, known) is { } nearest
                        ? $"did you mean `{nearest}`?"
                        : $"it is one of {string.Join(", ", known.Select(name => $"`{name}`"))}"
                ),
            entry.Value.Location
        );
    }

    // Keys that are not set follow from other keys.
    private BuildConfiguration FillIn(BuildConfiguration configuration)
    {
        var positions = configuration.Positions;
        if (!Array.Exists(DistributionKeys.Ways, way => positions.Has("python_distribution." + way)))
            configuration = configuration with { Distribution = configuration.Distribution with { Source = _defaults.Source } };
        if (!positions.Has("python_run.mode"))
        {
            if (positions.Has("python_run.entry_point") || positions.Has("python_run.entry_points"))
                configuration = configuration with { Run = configuration.Run with { Mode = "module" } };
            else if (_defaults.Run is { } run && !positions.Has("python_run"))
                configuration = configuration with { Run = run };
            else if (
                configuration.Run is { Module: null, Code: null, Path: null }
                && configuration.Packages.Any(rule => rule is ScriptRule)
            )
                configuration = configuration with { Run = RunScript with { Location = configuration.Run.Location } };
        }
        if (configuration.Build.ApplicationName.Length == 0)
            configuration = configuration with { Build = configuration.Build with { ApplicationName = ApplicationName(configuration) } };
        return configuration with { PythonConfig = NameProgram(configuration.PythonConfig, configuration.Build) };
    }

    /// <summary>Gives the program the application's name, unless it has one of its own.</summary>
    internal static PythonConfigTable NameProgram(PythonConfigTable python, BuildTable build) =>
        python with
        {
            ProgramName = python.ProgramName ?? build.ApplicationName,
        };

    private string ApplicationName(BuildConfiguration configuration)
    {
        if (_defaults.ApplicationName is { } name)
            return name;
        if (configuration.PythonConfig.ProgramName is { } program && ProductName.ProblemOf(program) is null)
            return program;
        return Path.GetFileName(configuration.Directory.TrimEnd('/')) is { Length: > 0 } folder ? folder : "app";
    }

    private static void ReportUnknown(TomlEntry entry, DiagnosticBag mistakes)
    {
        var isTable = entry.Value is TomlTable or TomlArray;
        var wayOut =
            NearestName.Of(entry.Name, Names) is { } nearest ? $"did you mean `[{nearest}]`?"
            : isTable ? $"there are {string.Join(", ", Names.Select(name => $"`[{name}]`"))}"
            : "keys stand below the header of their table, such as `[build]`";
        mistakes.Add(
            isTable ? DiagnosticKinds.UnknownTable : DiagnosticKinds.UnknownKey,
            isTable ? $"unknown table `[{entry.Name}]`; {wayOut}" : $"unknown key `{entry.Name}` above all tables; {wayOut}",
            entry.Location
        );
    }

    private void Add(string name, TomlEntry entry, DiagnosticBag mistakes)
    {
        switch (entry.Value)
        {
            case TomlTable table when name != Packages:
                AddPart(name, table, mistakes);
                break;
            case TomlArray array when array.Items.TrueForAll(item => item is TomlTable):
                foreach (var item in array.Items)
                    AddPart(name, (TomlTable)item, mistakes);
                break;
            case TomlTable:
                mistakes.Add(
                    DiagnosticKinds.WrongType,
                    $"`{entry.Name}` is a list of rules, not a table; write `[[{entry.Name}]]` above each rule",
                    entry.Location
                );
                break;
            default:
                var header = name == Packages ? $"[[{entry.Name}]]" : $"[{entry.Name}]";
                mistakes.Add(
                    DiagnosticKinds.WrongType,
                    $"`{entry.Name}` is a table, not {entry.Value.InWords}; write its keys below `{header}`",
                    entry.Location
                );
                break;
        }
    }

    private void AddPart(string name, TomlTable table, DiagnosticBag mistakes)
    {
        var pattern = TargetKey.Read(table, name, new ReadScope(_directory, mistakes, Expand: false));
        HasConditions |= pattern != "all";
        if (pattern != "all" && name == "build" && table.Find("targets") is { } targets)
            mistakes.Add(
                DiagnosticKinds.ContradictingKeys,
                "`targets` stands in a [build] that is for some targets only; name the targets in a [build] without `target`",
                targets.Location
            );
        _parts.Add(new Part(name, pattern, table));
    }

    private readonly record struct Part(string Table, string Pattern, TomlTable Entries);
}
