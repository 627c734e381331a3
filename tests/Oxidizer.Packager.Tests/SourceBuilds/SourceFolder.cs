using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Tests.SourceBuilds;

/// <summary>A private folder with a cache in it, for tests of builds from source.</summary>
public sealed class SourceFolder : IDisposable
{
    private IActionCache? _cache;

    public string Path { get; } = Directory.CreateTempSubdirectory("oxidizer-source-").FullName;

    internal DiagnosticBag Diagnostics { get; } = new();

    public string this[string name] => System.IO.Path.Combine(Path, name);

    internal BuildContext Context(CancellationToken cancellation = default, IBuildLog? log = null)
    {
        _cache ??= LiteDbCache.Open(new CacheSettings(this["cache"]));
        return new BuildContext(
            log ?? new SilentLog(),
            _cache,
            Diagnostics,
            new ActionLedger(),
            Directory.CreateDirectory(this["work"]).FullName,
            2,
            cancellation
        );
    }

    /// <summary>Writes a <c>.tar.gz</c> of one folder with these files; those that begin with <c>#!</c> can be run.</summary>
    public string WriteSourceArchive(string name, params (string Name, string Text)[] files)
    {
        using var stream = new GZipStream(File.Create(this[name]), CompressionLevel.Fastest);
        using var writer = new TarWriter(stream, TarEntryFormat.Ustar);
        foreach (var (file, text) in files)
        {
            writer.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, $"Python-3.11.9/{file}")
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                    Mode = text.StartsWith("#!", StringComparison.Ordinal) ? ActionOutput.Executable : ActionOutput.PlainFile,
                }
            );
        }
        return this[name];
    }

    public void Dispose()
    {
        _cache?.Dispose();
        Directory.Delete(Path, recursive: true);
    }

    private sealed class SilentLog : IBuildLog
    {
        public void Information(string message) { }

        public void Debug(string message) { }

        public void Warning(string message) { }

        public void Progress(string stage, double? share, string? detail = null) { }
    }
}
