using System.Text.RegularExpressions;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>What <c>source</c> asks for.</summary>
/// <param name="Text">Its identity for keys: the text of <c>source</c>, or the digest of the archive that it names.</param>
/// <param name="Package">The Debian package, such as <c>python3.11</c> or <c>python3</c>; <c>null</c> for an archive.</param>
/// <param name="PackageVersion">The Debian version that is asked for with <c>=</c>; <c>null</c>: the newest that can be had.</param>
/// <param name="ArchivePath">The source archive, absolute; <c>null</c> for a package.</param>
/// <param name="Optimization">How it is optimised.</param>
/// <param name="Location">Where the table stands, for messages.</param>
internal sealed partial record SourceRequest(
    string Text,
    string? Package,
    string? PackageVersion,
    string? ArchivePath,
    DistributionOptimization Optimization,
    SourceLocation? Location
)
{
    /// <summary>
    /// The optimisation as archives' names and <c>PYTHON.json</c> spell it. A profile is always used together with link-time optimisation
    /// of the core: it leaves native objects, so nothing speaks against it, and <c>pgo</c> and <c>pgo+lto</c> are one.
    /// </summary>
    public string Options => Optimization == DistributionOptimization.NoOpt ? "noopt" : "pgo+lto";

    /// <summary>Understands <c>[python_distribution]</c>. A source archive is digested; no program is started.</summary>
    /// <exception cref="BuildFailedException">It cannot be understood, or the archive is not there or not the promised one.</exception>
    public static SourceRequest Read(DistributionTable table, BuildContext context)
    {
        var source =
            table.Source
            ?? throw new InvalidOperationException("a distribution without `source` was sent to be built from source; please report this");
        if (!source.StartsWith("apt:", StringComparison.Ordinal))
            return ForArchive(source, table, context);
        var match = PackagePattern().Match(source);
        if (!match.Success)
            throw new BuildFailedException(
                DiagnosticKinds.SourceNotUnderstood,
                $"`source = \"{source}\"` names no CPython; write `apt:python3`, `apt:python3.13`, or `apt:python3.13=<Debian version>`",
                table.Location
            );
        var version = match.Groups["version"] is { Success: true } pinned ? pinned.Value : null;
        return new SourceRequest(source, match.Groups["package"].Value, version, null, table.Optimizations, table.Location);
    }

    private static SourceRequest ForArchive(string path, DistributionTable table, BuildContext context)
    {
        if (
            !path.EndsWith(".tar.xz", StringComparison.Ordinal)
            && !path.EndsWith(".tar.gz", StringComparison.Ordinal)
            && !path.EndsWith(".tgz", StringComparison.Ordinal)
        )
            throw new BuildFailedException(
                DiagnosticKinds.SourceNotUnderstood,
                $"`source = \"{path}\"` is neither a package such as `apt:python3.11` nor a source archive; name a `.tar.xz` or `.tar.gz` of CPython's sources",
                table.Location
            );
        if (!File.Exists(path))
            throw new BuildFailedException(
                DiagnosticKinds.SourceArchiveNotUsable,
                $"the source archive `{path}` is not there; correct `source`, or take `apt:python3`",
                table.Location
            );
        var digest = Digest(path, table, context);
        if (table.Sha256 is { } promised && !string.Equals(promised, digest.ToString(), StringComparison.OrdinalIgnoreCase))
            throw new BuildFailedException(
                DiagnosticKinds.SourceDigestDiffers,
                $"the sha256 of `{path}` is `{digest}`, and not `{promised}` as the configuration says; fetch the archive again, or correct `sha256`",
                table.Location
            );
        return new SourceRequest($"archive:{digest}", null, null, Path.GetFullPath(path), table.Optimizations, table.Location);
    }

    private static Sha256Digest Digest(string path, DistributionTable table, BuildContext context)
    {
        try
        {
            return context.Cache.DigestFile(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BuildFailedException(
                DiagnosticKinds.SourceArchiveNotUsable,
                $"the source archive `{path}` cannot be read: {exception.Message}; check its permissions",
                table.Location,
                exception
            );
        }
    }

    // Versions as Debian policy 5.6.12 spells them; any other text would become an argument of apt-get.
    [GeneratedRegex(@"\Aapt:(?<package>python3(\.[1-9][0-9]?)?)(=(?<version>[0-9][A-Za-z0-9.+:~-]*))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex PackagePattern();
}
