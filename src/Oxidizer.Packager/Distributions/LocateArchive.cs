using Oxidizer.Cache;
using Oxidizer.Packager.Archives;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Distributions;

/// <summary>Turns <c>[python_distribution]</c> into an archive with a known digest.</summary>
internal static class LocateArchive
{
    /// <summary>Finds the archive. Nothing is downloaded yet; a distribution from source is built here if the cache does not have
    /// it.</summary>
    /// <exception cref="BuildFailedException">The table cannot be followed.</exception>
    public static ArchiveOrigin Locate(DistributionTable table, TargetTriple target, BuildFromSource build, BuildContext context)
    {
        if (table.LocalPath is { } path)
            return FromFile(path, ExpectedDigest(table), table, context);
        return table.Url is { } url ? FromUrl(url, table, context) : FromSource(table, target, build, context);
    }

    private static ArchiveOrigin FromFile(string path, Sha256Digest? expected, DistributionTable table, BuildContext context)
    {
        if (!File.Exists(path))
            throw new BuildFailedException(
                DiagnosticKinds.ArchiveNotFound,
                Directory.Exists(path)
                    ? $"`{path}` is a folder; name the distribution's archive"
                    : $"there is no archive at `{path}`; a relative path starts at the configuration's folder",
                table.Location
            );
        try
        {
            var digest = context.Cache.DigestFile(path);
            if (expected is { } promised && promised != digest)
                throw new BuildFailedException(
                    DiagnosticKinds.ArchiveDigestDiffers,
                    $"the sha256 of `{path}` is `{digest}`, and not `{promised}` as the configuration says; fetch the archive again, or correct `sha256`",
                    table.Location
                );
            return new ArchiveOrigin(Path.GetFileName(path), digest, () => path, table.Location);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BuildFailedException(
                DiagnosticKinds.ArchiveNotFound,
                $"the archive `{path}` cannot be read: {exception.Message}; check its permissions",
                table.Location,
                exception
            );
        }
    }

    private static ArchiveOrigin FromUrl(string url, DistributionTable table, BuildContext context)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https" or "file"))
            throw new BuildFailedException(
                DiagnosticKinds.DownloadFailed,
                $"`{url}` is not an address that can be fetched; it must begin with `https:`, `http:` or `file:`",
                table.Location
            );
        var digest =
            ExpectedDigest(table)
            ?? throw new InvalidOperationException("`url` without `sha256` came through the reader; please report this");
        if (address.IsFile)
            return FromFile(address.LocalPath, digest, table, context);
        var name = Path.GetFileName(Uri.UnescapeDataString(address.AbsolutePath));
        if (InstallOnly.IsNameOf(name))
            throw new BuildFailedException(DiagnosticKinds.InstallOnlyArchive, InstallOnly.Explain(name), table.Location);
        return new ArchiveOrigin(name, digest, () => Download.Fetch(address, name, digest, table.Location, context), table.Location)
        {
            IsDownload = true,
        };
    }

    private static ArchiveOrigin FromSource(DistributionTable table, TargetTriple target, BuildFromSource build, BuildContext context)
    {
        var archive = build(table, target, context);
        return new ArchiveOrigin(
            archive.Path,
            archive.Digest,
            () =>
                context.Cache.TryGetFile(archive.Digest)
                ?? throw new EnvironmentFailureException(
                    DiagnosticKinds.TreeNotWritten,
                    "read",
                    archive.Path,
                    "it is no longer in the cache; build again"
                ),
            table.Location
        );
    }

    // The reader takes nothing but a digest here.
    private static Sha256Digest? ExpectedDigest(DistributionTable table) => table.Sha256 is { } text ? Sha256Digest.Parse(text) : null;
}
