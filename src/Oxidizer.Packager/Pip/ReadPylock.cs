using System.Text;
using Oxidizer.Cache;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Requirements;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Pip;

/// <summary>Reads a lock of the common form (PEP 751) for one Python and target.</summary>
internal sealed class ReadPylock
{
    private const long MaxBytes = 64 << 20;
    private readonly DiagnosticBag _mistakes = new(DiagnosticBag.MostOfOneFile);
    private readonly Distribution _distribution;
    private readonly MarkerEnvironment _environment;
    private readonly string _folder,
        _base;

    private ReadPylock(Distribution distribution, string folder, string origin) =>
        (_distribution, _environment, _folder, _base) = (distribution, MarkerEnvironment.Of(distribution), folder, origin);

    /// <summary>The packages of a lock that a product needs.</summary>
    /// <param name="path">The lock, absolute.</param>
    /// <param name="asked">The rule.</param>
    /// <param name="session">The build's.</param>
    /// <exception cref="BuildFailedException">It cannot be used; every mistake is named.</exception>
    public static LockedSet Load(string path, AskedRequirements asked, PipSession session)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(RegularFile.ReadAllBytes(path, MaxBytes));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new BuildFailedException(
                DiagnosticKinds.PylockNotUsable,
                $"`{path}` cannot be read: {exception.Message.TrimEnd('.')}; name an existing `pylock.toml`",
                asked.Rule.Location,
                exception
            );
        }
        var packages = Read(text, path, session.Distribution, session.Place.Folder);
        return new LockedSet(session.Distribution.Target.Value, session.Distribution.MajorMinor, asked.Digest, packages);
    }

    /// <summary>Reads a lock's text.</summary>
    /// <param name="text">TOML.</param>
    /// <param name="file">Where it is, absolute.</param>
    /// <param name="distribution">Says which packages and wheels are wanted.</param>
    /// <param name="folder">What local paths become relative to.</param>
    /// <exception cref="BuildFailedException">It cannot be used; every mistake is named.</exception>
    public static IReadOnlyList<LockedPackage> Read(string text, string file, Distribution distribution, string folder)
    {
        var root = ReadToml.Read(text, file, DiagnosticKinds.PylockNotUsable, what => $"{what}; export it again");
        var reader = new ReadPylock(distribution, folder, Path.GetDirectoryName(file)!);
        var packages = reader.Root(root);
        reader._mistakes.ThrowIfErrors(inOrderOfFile: true);
        return packages;
    }

    private List<LockedPackage> Root(TomlTable root)
    {
        var version = Text(root, "lock-version");
        if (version?.Split('.')[0] != "1")
        {
            Wrong(root, $"its `lock-version` is `{version ?? "missing"}`, and 1.0 is read; export it with a tool that writes that");
            return [];
        }
        CheckPython(root, "it");
        var packages = Tables(root, "packages").Select(Package).OfType<LockedPackage>().ToList();
        foreach (var twice in packages.GroupBy(package => package.Key).Where(same => same.Count() > 1))
            Wrong(root, $"two of its entries for `{twice.First().Name}` are for this Python and target; export it again");
        return [.. packages.OrderBy(package => package.Key, StringComparer.Ordinal)];
    }

    private LockedPackage? Package(TomlTable table)
    {
        if (Text(table, "name") is not { } name)
        {
            Wrong(table, "a package has no `name`; export it again");
            return null;
        }
        if (!IsWanted(table, name))
            return null;
        CheckPython(table, $"`{name}`");
        var package = new LockedPackage(name, Text(table, "version") ?? "0");
        if (Below(table, "directory") is { } directory)
            return package with { Path = Relative(directory) };
        if (Below(table, "vcs") is { } repository)
            return package with
            {
                Url =
                    $"{Text(repository, "type")}+{AddressText.WithoutCredentials(Text(repository, "url") ?? "")}@{Text(repository, "commit-id")}"
                    + (Text(repository, "subdirectory") is { } below ? $"#subdirectory={below}" : ""),
            };
        var file = Best(Tables(table, "wheels")) ?? Below(table, "sdist") ?? Below(table, "archive");
        if (file is not null)
            return WithFile(package, file);
        Wrong(
            table,
            $"`{name} {package.Version}` has no wheel for CPython {_distribution.MajorMinor} on `{_distribution.Target}`, and no source archive; lock it for that target too"
        );
        return null;
    }

    private LockedPackage? WithFile(LockedPackage package, TomlTable file)
    {
        var address = Text(file, "url") is { } url ? AddressText.WithoutCredentials(url).Split('#')[0] : null;
        var digest =
            Below(file, "hashes") is { } hashes && Sha256Digest.TryParse(Text(hashes, "sha256"), out var known)
                ? known
                : (Sha256Digest?)null;
        var name = FileName(file);
        if (digest is null || name is null)
        {
            Wrong(file, $"a file of `{package.Name}` has no name or no `sha256`; export it with them");
            return null;
        }
        // An address of this machine is a path; without either an index is asked by the version.
        if (address?.StartsWith("file:", StringComparison.Ordinal) == true)
            return package with { File = name, Digest = digest, Path = Path.GetRelativePath(_folder, new Uri(address).LocalPath) };
        return package with { File = name, Digest = digest, Url = address, Path = Text(file, "path") is null ? null : Relative(file) };
    }

    private static string? FileName(TomlTable file)
    {
        if (Text(file, "name") is { } name)
            return name.Contains('/') ? null : name;
        var place = Text(file, "url") is { } url ? Uri.UnescapeDataString(url.Split('#', '?')[0]) : Text(file, "path");
        return place?[(place.LastIndexOf('/') + 1)..];
    }

    // As installers choose: what was built for this very Python, then for any of its ABI, then what is pure.
    private TomlTable? Best(IEnumerable<TomlTable> wheels) =>
        wheels
            .Select(table => (Table: table, Name: WheelName.TryParse(FileName(table) ?? "")))
            .Where(wheel => wheel.Name?.Fits(_distribution.MajorMinor, _distribution.Target) == true)
            .OrderBy(wheel => wheel.Name!.Platform == "any")
            .ThenBy(wheel => wheel.Name!.Abi == "none")
            .ThenBy(wheel => wheel.Name!.Abi.Contains("abi3", StringComparison.Ordinal))
            .Select(wheel => wheel.Table)
            .FirstOrDefault();

    private bool IsWanted(TomlTable table, string name)
    {
        if (Text(table, "marker") is not { } text)
            return true;
        var parser = new RequirementParser(text);
        if (parser.ReadMarker() is { } marker)
            return marker.Holds(_environment, "");
        Wrong(
            table.Find("marker")!.Value,
            $"the marker of `{name}` cannot be decided: {parser.Problem}; export a lock without extras and dependency groups"
        );
        return false;
    }

    private void CheckPython(TomlTable table, string what)
    {
        if (Text(table, "requires-python") is not { } text)
            return;
        foreach (var condition in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var operation = VersionSpecifier.Operators.FirstOrDefault(known => condition.StartsWith(known, StringComparison.Ordinal)) ?? "";
            if (!new VersionSpecifier(operation, condition[operation.Length..].Trim()).Accepts(_distribution.Version))
                Wrong(
                    table.Find("requires-python")!.Value,
                    $"{what} needs Python `{text}`, and the distribution is Python {_distribution.Version}; choose another [python_distribution], or export it for that"
                );
        }
    }

    private string Relative(TomlTable table) =>
        Path.GetRelativePath(
            _folder,
            Path.GetFullPath(Path.Combine(Text(table, "path") ?? ".", Text(table, "subdirectory") ?? "."), _base)
        );

    private static TomlTable? Below(TomlTable table, string name) => table.Find(name)?.Value as TomlTable;

    private static string? Text(TomlTable table, string name) => (table.Find(name)?.Value as TomlString)?.Value;

    private static IEnumerable<TomlTable> Tables(TomlTable table, string name) =>
        table.Find(name)?.Value is TomlArray array ? array.Items.OfType<TomlTable>() : [];

    private void Wrong(TomlNode node, string what) =>
        _mistakes.Add(DiagnosticKinds.PylockNotUsable, $"the lock cannot be used: {what}", node.Location);
}
