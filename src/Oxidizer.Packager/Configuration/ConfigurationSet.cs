using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Configuration;

/// <summary>A configuration that was read; its tables are merged for each target.</summary>
internal sealed class ConfigurationSet
{
    private readonly ConfigurationTables? _tables;
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

    private ConfigurationSet(BuildConfiguration only) => (_first, Targets) = (only, only.Build.Targets);

    /// <summary>What <c>[build] targets</c> names; by default the host. Never empty.</summary>
    public IReadOnlyList<TargetTriple> Targets { get; }

    /// <summary>Merges the tables that match the target.</summary>
    /// <param name="target">Any, also one that <see cref="Targets"/> does not have.</param>
    /// <exception cref="BuildFailedException">The merged tables contradict each other, or a path of theirs names a variable that is not
    /// set.</exception>
    public BuildConfiguration For(TargetTriple target)
    {
        if (_tables is not { HasConditions: true })
            return _first with { Target = target };
        var mistakes = new DiagnosticBag(DiagnosticBag.MostOfOneFile);
        var merged = _tables.Merge(target, mistakes);
        mistakes.ThrowIfErrors(inOrderOfFile: true);
        return merged;
    }

    /// <summary>A configuration that is the same for every target.</summary>
    internal static ConfigurationSet Of(BuildConfiguration only) => new(only);
}
