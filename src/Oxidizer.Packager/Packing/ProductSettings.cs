using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Packing;

/// <summary>The settings section: what the product starts with. The keys of <c>[python_config]</c> and <c>[python_run]</c> declare which
/// settings there are.</summary>
internal static class ProductSettings
{
    // No key: it is the distribution's.
    private const string PythonVersion = "python_version";

    /// <summary>Every setting that there is, sorted by name: the runtime's table (<c>settings_table.h</c>) is made from it.</summary>
    public static IReadOnlyList<DeclaredSetting> Declared =>
        [
            .. PythonConfigKeys
                .Table.DeclaredSettings(new PythonConfigTable())
                .Concat(RunKeys.Table.DeclaredSettings(new RunTable()))
                .Append(new DeclaredSetting(PythonVersion, SettingKind.Text, [], []))
                .OrderBy(setting => setting.Name, StringComparer.Ordinal),
        ];

    /// <summary>Name and value of each setting, sorted by name; a list is the same name several times, in order. What is left to the
    /// runtime has no entry.</summary>
    public static IReadOnlyList<(string Name, string Value)> From(PythonConfigTable python, RunTable run, Distribution distribution) =>
        [
            .. PythonConfigKeys
                .Table.SettingsOf(python)
                .Concat(RunKeys.Table.SettingsOf(run))
                .Append((PythonVersion, distribution.MajorMinor))
                .OrderBy(setting => setting.Item1, StringComparer.Ordinal),
        ];

    /// <summary>Reports settings that this CPython does not have.</summary>
    public static void Check(PythonConfigTable python, KeyPositions positions, Distribution distribution, DiagnosticBag diagnostics)
    {
        if (python.RawAllocator == "mimalloc" && !distribution.HasMimalloc)
            diagnostics.Add(
                DiagnosticKinds.AllocatorNotInDistribution,
                $"`raw_allocator = \"mimalloc\"` of [python_config] needs a CPython with mimalloc, and `{distribution.Name}` has none (CPython has it from 3.13 on); use `pymalloc` or `system`, or a newer CPython",
                positions.Of("python_config.raw_allocator")
            );
    }
}
