using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Configuration;

/// <summary>
/// Finds keys of one target that need or exclude each other. It looks at which keys are set and not at their values: a path may not be
/// expanded yet, and a wrong value was reported already.
/// </summary>
internal sealed class CheckConfiguration(BuildConfiguration configuration, DiagnosticBag mistakes)
{
    private static readonly string[] s_entryPoints = ["python_run.entry_point", "python_run.entry_points"];

    /// <summary>Reports all.</summary>
    public void Check()
    {
        CheckDistribution();
        CheckRun();
        CheckInterpreter();
        CheckPacking();
        if (configuration.Build.Output == ProductOutput.SharedLibrary && configuration.Toolchain.Static)
            Contradicts(
                "build.output",
                "`output = \"shared-library\"` of [build] does not go with `static = true` of [toolchain]: a program that opens a shared library has a dynamic libc; drop one of them"
            );
        if (configuration.Cache.RemoteWrite && !Has("cache.remote"))
            Needs(
                "cache.remote_write",
                "`remote_write` of [cache] writes to a second tier, but none is named; add `remote = \"http://...\"`, or drop it"
            );
        // A rule that could not be read is in no list, and was reported already.
        if (configuration.Packages.Count == 0 ? !Has("python_packages") : !configuration.Packages.Any(rule => rule is ResourceRule))
            mistakes.Add(
                DiagnosticKinds.NothingToPackage,
                "no rule brings anything into the product; add a `[[python_packages]]` with `type = \"stdlib\"`, and one for the program",
                new SourceLocation(configuration.Origin)
            );
    }

    private void CheckDistribution()
    {
        var ways = Array.FindAll(DistributionKeys.Ways, way => Has("python_distribution." + way));
        for (var i = 1; i < ways.Length; i++)
            Contradicts(
                "python_distribution." + ways[i],
                $"`{ways[0]}` and `{ways[i]}` of [python_distribution] exclude each other; keep the one that says where your CPython comes from"
            );
        if (ways.Length == 1)
            CheckDigest(ways[0]);
        else if (ways.Length == 0 && Has("python_distribution.sha256"))
            Contradicts(
                "python_distribution.sha256",
                "`sha256` of [python_distribution] is the digest of an archive, but no archive is named; add its `url` or `local_path`, or drop it"
            );
    }

    private void CheckDigest(string way)
    {
        const string Sha256 = "python_distribution.sha256";
        if (way == "url" && !Has(Sha256))
            Needs(
                "python_distribution.url",
                "`url` of [python_distribution] needs `sha256`, because an address alone does not say which bytes you trust; add `sha256 = \"...\"` (the release lists it)"
            );
        var noArchive =
            way == "version"
            || (way == "source" && configuration.Distribution.Source?.StartsWith("apt:", StringComparison.Ordinal) == true);
        if (noArchive && Has(Sha256))
            Contradicts(
                Sha256,
                $"`sha256` of [python_distribution] does not go with `{way}`, which names no single archive; drop it, or use `url` or `local_path`"
            );
    }

    private void CheckRun()
    {
        // Of an unknown mode nothing is known.
        if (Has("python_run.mode") && mistakes.HasAt(configuration.Positions.Of("python_run.mode")))
            return;
        var mode = configuration.Run.Mode;
        CheckEntryPoint(mode);
        foreach (var (key, itsMode) in new[] { ("module", "module"), ("code", "eval"), ("path", "file") })
        {
            var name = "python_run." + key;
            if (mode == itsMode && !Has(name) && !Array.Exists(s_entryPoints, Has) && !configuration.Run.Starts.Any())
                Needs(
                    Has("python_run.mode") ? "python_run.mode" : "python_run",
                    $"`mode = \"{mode}\"` of [python_run] needs `{key}`; add `{key} = \"...\"`"
                );
            else if (mode != itsMode && Has(name))
                Contradicts(
                    name,
                    $"`{key}` of [python_run] goes with `mode = \"{itsMode}\"` and the mode is `{mode}`; set that mode, or drop `{key}`"
                );
        }
    }

    private void CheckEntryPoint(string mode)
    {
        foreach (var key in s_entryPoints.Where(Has))
        {
            var name = key["python_run.".Length..];
            if (mode != "module")
                Contradicts(key, $"`{name}` of [python_run] does not go with `mode = \"{mode}\"`; drop one of them");
            else if (Has("python_run.module"))
                Contradicts(key, $"`{name}` and `module` of [python_run] exclude each other; keep one");
        }
        if (Array.TrueForAll(s_entryPoints, Has))
            Contradicts(
                "python_run.entry_points",
                "`entry_point` and `entry_points` of [python_run] exclude each other; name all commands in `entry_points`"
            );
    }

    private void CheckInterpreter()
    {
        var python = configuration.PythonConfig;
        if (!python.FilesystemImporter && python.SysPaths.Count > 0)
            Contradicts(
                "python_config.filesystem_importer",
                "`sys_paths` of [python_config] is for imports from the filesystem, but `filesystem_importer` is `false`; drop one of them"
            );
        if (python.TerminfoResolution == "static" && !Has("python_config.terminfo_dirs"))
            Needs(
                "python_config.terminfo_resolution",
                "`terminfo_resolution = \"static\"` of [python_config] needs `terminfo_dirs`; add `terminfo_dirs = [\"/usr/share/terminfo\"]`"
            );
    }

    private void CheckPacking()
    {
        if (configuration.Packing.CompressLevel is not { } level)
            return;
        var (least, most) = configuration.Packing.Compress == "zlib" ? (0, 9) : (1, 22);
        if (configuration.Packing.Compress != "none" && (level < least || level > most))
            mistakes.Add(
                DiagnosticKinds.InvalidValue,
                $"`compress_level` of [packing] cannot be `{level}` for `{configuration.Packing.Compress}`; it is a number from {least} to {most}",
                configuration.Positions.Of("packing.compress_level")
            );
    }

    private bool Has(string key) => configuration.Positions.Has(key);

    private void Needs(string key, string message) => mistakes.Add(DiagnosticKinds.MissingKey, message, configuration.Positions.Of(key));

    private void Contradicts(string key, string message) =>
        mistakes.Add(DiagnosticKinds.ContradictingKeys, message, configuration.Positions.Of(key));
}
