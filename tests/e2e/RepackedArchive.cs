namespace Oxidizer.EndToEnd.Tests;

/// <summary>A distribution's archive, compressed differently: other bytes, the same content.</summary>
public sealed class RepackedArchive : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-e2e-repacked-").FullName;

    private RepackedArchive(string source)
    {
        Path = System.IO.Path.Combine(_folder, System.IO.Path.GetFileName(source));
        using var input = new ZstdSharp.DecompressionStream(File.OpenRead(source));
        using var file = File.Create(Path);
        using var output = new ZstdSharp.CompressionStream(file, level: 1);
        input.CopyTo(output);
    }

    public string Path { get; }

    public static RepackedArchive Of(string source) => new(source);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
