namespace Oxidizer.Packager.Licenses;

/// <summary>Names of files that hold licences.</summary>
internal static class LicenseFileNames
{
    private static readonly string[] s_beginnings = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT", "UNLICENSE", "AUTHORS"];

    // PEP 639 says `licenses/`; tools before it used the folder itself, or this one.
    private static readonly string[] s_folders = ["licenses/", "license_files/", ""];

    // What stands behind `LICENSE.` or `LICENSE-`. Names such as `LICENSE.BSD` say too little.
    private static readonly Dictionary<string, string> s_named = new(StringComparer.OrdinalIgnoreCase)
    {
        ["APACHE"] = "Apache-2.0",
        ["APACHE2"] = "Apache-2.0",
        ["Apache-2.0"] = "Apache-2.0",
        ["MIT"] = "MIT",
        ["MPL"] = "MPL-2.0",
        ["MPL-2.0"] = "MPL-2.0",
        ["ISC"] = "ISC",
        ["BSD-3-Clause"] = "BSD-3-Clause",
        ["BSD-2-Clause"] = "BSD-2-Clause",
    };

    /// <summary>The texts of a distribution: those that its metadata names, else those whose names say it.</summary>
    /// <param name="listed">The fields <c>License-File</c>.</param>
    /// <param name="files">All files of the metadata's folder, relative to it.</param>
    public static IReadOnlyList<string> Choose(IEnumerable<string> listed, IReadOnlyList<string> files)
    {
        var there = files.ToHashSet(StringComparer.Ordinal);
        var named = listed
            .SelectMany(name => s_folders.Select(folder => folder + name).Where(there.Contains).Take(1))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return named.Count > 0 ? named : [.. files.Where(IsOne)];
    }

    /// <summary>Whether a path is that of a licence or a notice, by its name.</summary>
    public static bool IsOne(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return Array.Exists(
            s_beginnings,
            beginning =>
                name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase)
                && (name.Length == beginning.Length || !char.IsAsciiLetterOrDigit(name[beginning.Length]))
        );
    }

    /// <summary>The licences that the names of texts tell: <c>LICENSE.MIT</c>, <c>LICENSE-APACHE</c>. None unless every one tells
    /// it.</summary>
    public static IReadOnlyList<string> Licenses(IReadOnlyList<string> files)
    {
        var texts = files.Select(path => path[(path.LastIndexOf('/') + 1)..]).Where(IsLicense).ToList();
        var licenses = texts.Select(LicenseOf).ToList();
        return licenses.Contains(null) ? [] : [.. licenses.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
    }

    // A notice or a list of authors says nothing of the terms.
    private static bool IsLicense(string name) =>
        IsOne(name)
        && !name.StartsWith("NOTICE", StringComparison.OrdinalIgnoreCase)
        && !name.StartsWith("AUTHORS", StringComparison.OrdinalIgnoreCase);

    private static string? LicenseOf(string name)
    {
        var separator = name.IndexOfAny(['.', '-', '_']);
        if (separator < 0)
            return null;
        var rest = name[(separator + 1)..];
        foreach (var suffix in new[] { ".txt", ".md", ".rst" })
            if (rest.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                rest = rest[..^suffix.Length];
        return s_named.GetValueOrDefault(rest);
    }
}
