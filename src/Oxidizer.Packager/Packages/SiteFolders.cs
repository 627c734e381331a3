using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.Packages;

/// <summary>Where a Python of this machine keeps what is installed. No program is started to ask it.</summary>
internal static class SiteFolders
{
    /// <summary>The folders of the first Python of that version on the search path that has one; else those of Debian's.</summary>
    /// <param name="majorMinor">Such as <c>3.11</c>.</param>
    /// <param name="machine">The machine that builds.</param>
    public static IReadOnlyList<string> Of(string majorMinor, Machine machine)
    {
        var system = Path.Combine(machine.Root, "usr");
        foreach (var prefix in Prefixes(majorMinor, machine).Append(system))
        {
            // Debian's Python does not look into its own site-packages, and shares one folder among all versions.
            var folders =
                prefix == system
                    ? new[]
                    {
                        $"usr/local/lib/python{majorMinor}/dist-packages",
                        "usr/lib/python3/dist-packages",
                        $"usr/lib/python{majorMinor}/dist-packages",
                        $"usr/local/lib/python{majorMinor}/site-packages",
                        $"usr/lib/python{majorMinor}/site-packages",
                    }.Select(folder => Path.Combine(machine.Root, folder))
                    :
                    [
                        Path.Combine(prefix, $"lib/python{majorMinor}/site-packages"),
                        Path.Combine(prefix, $"lib64/python{majorMinor}/site-packages"),
                    ];
            // `lib64` is a link to `lib` in a virtual environment.
            var found = folders
                .Where(Directory.Exists)
                .Where(folder =>
                    !folder.StartsWith(prefix + "/lib64/", StringComparison.Ordinal)
                    || new DirectoryInfo(prefix + "/lib64").LinkTarget is null
                )
                .ToList();
            if (found.Count > 0)
                return found;
        }
        return [];
    }

    // A virtual environment's interpreter is a link to another Python; its packages are beside the link.
    private static IEnumerable<string> Prefixes(string majorMinor, Machine machine)
    {
        foreach (var folder in machine.SearchPath.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var python = Path.Combine(folder, "python" + majorMinor);
            if (!File.Exists(python))
                continue;
            foreach (var path in new[] { python, File.ResolveLinkTarget(python, returnFinalTarget: true)?.FullName ?? python }.Distinct())
            {
                if (Path.GetDirectoryName(Path.GetDirectoryName(path)) is { } prefix)
                    yield return prefix;
            }
        }
    }
}
