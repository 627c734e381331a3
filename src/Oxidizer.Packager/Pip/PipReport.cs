using System.Text.Json;
using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Pip;

/// <summary>Reads what pip resolved (<c>--report</c>, version 1 of its format). Secrets in addresses are dropped here.</summary>
internal static class PipReport
{
    /// <summary>The distributions of a report, by name.</summary>
    /// <param name="json">The report.</param>
    /// <param name="folder">The lock's folder: local paths become relative to it.</param>
    /// <exception cref="PackagerBugException">It is no report: pip promises the format.</exception>
    public static IReadOnlyList<LockedPackage> Read(ReadOnlyMemory<byte> json, string folder)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return
            [
                .. document
                    .RootElement.GetProperty("install")
                    .EnumerateArray()
                    .Select(item => Package(item, folder))
                    .OrderBy(package => package.Key, StringComparer.Ordinal),
            ];
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new PackagerBugException("requirements", new InvalidDataException("pip's report has an unknown form", exception));
        }
    }

    private static LockedPackage Package(JsonElement item, string folder)
    {
        var metadata = item.GetProperty("metadata");
        var package = new LockedPackage(metadata.GetProperty("name").GetString()!, metadata.GetProperty("version").GetString()!);
        var source = item.GetProperty("download_info");
        var address = AddressText.WithoutCredentials(source.GetProperty("url").GetString()!);
        if (source.TryGetProperty("dir_info", out _))
            return package with { Path = Relative(address, folder) };
        if (source.TryGetProperty("vcs_info", out var repository))
            return package with { Url = Repository(address, repository, source) };
        var path = address.Split('#', '?')[0];
        return package with
        {
            File = Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]),
            Digest = Digest(source.GetProperty("archive_info")),
            Url = IsDirect(item) && !IsLocal(address) ? path : null,
            Path = IsDirect(item) && IsLocal(address) ? Relative(path, folder) : null,
        };
    }

    private static string Repository(string address, JsonElement repository, JsonElement source)
    {
        var below = source.TryGetProperty("subdirectory", out var subdirectory) ? $"#subdirectory={subdirectory.GetString()}" : "";
        return $"{repository.GetProperty("vcs").GetString()}+{address}@{repository.GetProperty("commit_id").GetString()}{below}";
    }

    private static Sha256Digest Digest(JsonElement archive)
    {
        var text =
            archive.TryGetProperty("hashes", out var hashes) && hashes.TryGetProperty("sha256", out var hash) ? hash.GetString()
            : archive.TryGetProperty("hash", out var old) ? old.GetString()?.Replace("sha256=", "", StringComparison.Ordinal)
            : null;
        return Sha256Digest.Parse(text ?? "");
    }

    private static bool IsDirect(JsonElement item) => item.TryGetProperty("is_direct", out var direct) && direct.GetBoolean();

    private static bool IsLocal(string address) => address.StartsWith("file:", StringComparison.Ordinal);

    private static string Relative(string address, string folder) => Path.GetRelativePath(folder, new Uri(address).LocalPath);
}
