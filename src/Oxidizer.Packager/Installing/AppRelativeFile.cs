using System.Security.Cryptography;
using Oxidizer.Cache;
using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Installing;

/// <summary>A file that is to be beside the product.</summary>
/// <param name="Path">Relative to the product's folder, with <c>/</c>: <c>lib/app/views.py</c>.</param>
/// <param name="Digest">Of its bytes.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Mode">Its permissions.</param>
/// <param name="Source">The file with its bytes; for bytecode, the source that it was compiled from.</param>
/// <param name="Module">Of bytecode: the module.</param>
internal sealed record AppRelativeFile(
    string Path,
    Sha256Digest Digest,
    long Size,
    UnixFileMode Mode,
    ResourceFile Source,
    ModuleSource? Module = null
)
{
    /// <summary>Of a symbolic link: where it leads. Its bytes are this text.</summary>
    public string? Target { get; private init; }

    /// <summary>A symbolic link.</summary>
    public static AppRelativeFile Link(string path, string target)
    {
        var (digest, size) = (Sha256Digest.Of(target), System.Text.Encoding.UTF8.GetByteCount(target));
        return new AppRelativeFile(path, digest, size, UnixFileMode.None, new ResourceFile(path, digest, size)) { Target = target };
    }
}

/// <summary>Writes files beside a product, each checked against its digest. For one thread.</summary>
internal sealed class AppRelativeContent(CompiledCode code, Distribution distribution) : IDisposable
{
    private readonly SliceReader _reader = new();

    /// <summary>Writes a file's bytes.</summary>
    /// <exception cref="BuildFailedException">Its source has changed.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(AppRelativeFile file, string path)
    {
        if (file.Target is { } target)
        {
            File.CreateSymbolicLink(path, target);
            return;
        }
        using (
            var output = new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    BufferSize = 0,
                }
            )
        )
        {
            if (file.Module is { } module)
            {
                var bytes = Bytecode(module);
                if (Sha256Digest.Of(bytes) != file.Digest)
                    throw new InvalidOperationException(
                        $"the bytecode of `{module.RelativePath}` was {file.Digest.ToShortString()} before; please report this"
                    );
                output.Write(bytes);
            }
            else if (Copy(file.Source, output) != file.Digest)
                throw Changed(file.Source);
        }
        File.SetUnixFileMode(path, file.Mode);
    }

    /// <summary>The bytes of a module's bytecode file.</summary>
    /// <exception cref="BuildFailedException">The source has changed.</exception>
    public byte[] Bytecode(ModuleSource module)
    {
        byte[] source;
        try
        {
            source = File.ReadAllBytes(module.File.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Changed(module.File, exception);
        }
        return Sha256Digest.Of(source) == module.File.Digest
            ? [.. PycFile.Header(source, distribution), .. _reader.Read(code.Find(module))]
            : throw Changed(module.File);
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private static Sha256Digest Copy(ResourceFile from, FileStream to)
    {
        try
        {
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var input = new FileStream(
                from.Path,
                new FileStreamOptions
                {
                    Access = FileAccess.Read,
                    BufferSize = 0,
                    Options = FileOptions.SequentialScan,
                }
            );
            var buffer = new byte[(int)Math.Clamp(from.Size, 1, 1 << 18)];
            for (int count; (count = input.Read(buffer)) > 0; )
            {
                digest.AppendData(buffer, 0, count);
                to.Write(buffer, 0, count);
            }
            return new Sha256Digest(digest.GetHashAndReset());
        }
        catch (FileNotFoundException exception)
        {
            throw Changed(from, exception);
        }
    }

    private static BuildFailedException Changed(ResourceFile file, Exception? cause = null) =>
        new(DiagnosticKinds.PackedFileChanged, "was changed while the build ran; build again", new SourceLocation(file.Path), cause);
}
