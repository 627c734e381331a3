using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Configuration;

/// <summary>A configuration that was read; its tables are merged for each target.</summary>
internal sealed class ConfigurationSet
{
    private readonly ConfigurationTables _tables;
    private readonly BuildConfiguration _first;

    /// <summary>Reads every entry, so that mistakes in tables for other targets are found too.</summary>
    internal ConfigurationSet(ConfigurationTables tables, DiagnosticBag mistakes)
    {
        _tables = tables;
        // The tables for all targets come first, because they name the targets.
        _first = tables.Merge(null, mistakes);
        Targets = _first.Build.Targets;
        if (!tables.HasConditions)
            return;
        foreach (var target in Targets)
            tables.Merge(target, mistakes, expandConditional: false);
        tables.CheckOthers(Targets, mistakes);
    }

    /// <summary>What <c>[build] targets</c> names; by default the host. Never empty.</summary>
    public IReadOnlyList<TargetTriple> Targets { get; }

    /// <summary>Merges the tables that match the target.</summary>
    /// <param name="target">Any, also one that <see cref="Targets"/> does not have.</param>
    /// <exception cref="BuildFailedException">The merged tables contradict each other, or a path of theirs names a variable that is not
    /// set.</exception>
    public BuildConfiguration For(TargetTriple target)
    {
        if (!_tables.HasConditions)
            return _first with { Target = target };
        var mistakes = new DiagnosticBag(DiagnosticBag.MostOfOneFile);
        var merged = _tables.Merge(target, mistakes);
        mistakes.ThrowIfErrors(inOrderOfFile: true);
        return merged;
    }
}

/// <summary>What holds where a configuration says nothing: of a project what its own file says, of a script what a script is.</summary>
internal sealed record ConfigurationDefaults
{
    /// <summary>The product's name; <c>null</c>: that of the folder.</summary>
    public string? ApplicationName { get; init; }

    /// <summary>Where the CPython comes from.</summary>
    public string Source { get; init; } = ConfigurationTables.DefaultSource;

    /// <summary>The rules when there are none.</summary>
    public IReadOnlyList<PackageRule> Packages { get; init; } = [];

    /// <summary>What runs without a <c>[python_run]</c>; <c>null</c>: a script if there is one, else the prompt.</summary>
    public RunTable? Run { get; init; }

    /// <summary>Which Pythons the program is for.</summary>
    public PythonRequirement? RequiresPython { get; init; }

    /// <summary>What was not clear while they were found.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];
}

/// <summary>Which Pythons a program is for.</summary>
/// <param name="Specifiers">As PEP 440 writes them: <c>&gt;=3.11,&lt;4</c>.</param>
/// <param name="Location">Where they stand.</param>
internal sealed record PythonRequirement(string Specifiers, SourceLocation Location);
