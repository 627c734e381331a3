using System.Buffers.Binary;
using System.Text;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Bytecode;

/// <summary>A module's code in a segment.</summary>
/// <param name="RelativePath">The module's file, as its code carries it.</param>
/// <param name="Source">The digest of the source.</param>
/// <param name="OptimizeLevel">0, 1 or 2.</param>
/// <param name="Offset">Of the code in the segment, a multiple of 16.</param>
/// <param name="Size">Of the code in bytes; 0 for a module that Python refuses, if that is allowed.</param>
/// <param name="Warnings">Python's warnings; every build repeats them, whether it compiles the module or not.</param>
internal sealed record CodeEntry(
    string RelativePath,
    Sha256Digest Source,
    int OptimizeLevel,
    long Offset,
    int Size,
    IReadOnlyList<CompileWarning> Warnings
)
{
    /// <summary>What the code depends on, besides the interpreter.</summary>
    public (string, Sha256Digest, int) Identity => (RelativePath, Source, OptimizeLevel);
}

/// <summary>
/// The table of contents of a code segment, a blob of its own:
/// <code>
/// 8 bytes "OXICODE1", u32 count; for each entry
/// u32 path size, path, 32 bytes source digest, u8 level, u64 offset, u32 size, u32 warnings; for each warning: u32 line, u32 size, text
/// </code>
/// </summary>
internal static class CodeIndex
{
    private static ReadOnlySpan<byte> Magic => "OXICODE1"u8;

    /// <summary>The bytes of a table.</summary>
    public static byte[] Write(IReadOnlyList<CodeEntry> entries)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        writer.Write(entries.Count);
        foreach (var entry in entries)
        {
            WriteText(writer, entry.RelativePath);
            writer.Write(entry.Source.ToArray());
            writer.Write((byte)entry.OptimizeLevel);
            writer.Write(entry.Offset);
            writer.Write(entry.Size);
            writer.Write(entry.Warnings.Count);
            foreach (var warning in entry.Warnings)
            {
                writer.Write(warning.Line);
                WriteText(writer, warning.Message);
            }
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads a table; <c>null</c> when the bytes are no table, are cut off, or point outside of a segment of <paramref
    /// name="segmentSize"/> bytes.</summary>
    public static List<CodeEntry>? Read(ReadOnlySpan<byte> bytes, long segmentSize)
    {
        if (!bytes.StartsWith(Magic))
            return null;
        bytes = bytes[Magic.Length..];
        if (!TryInt(ref bytes, out var count))
            return null;
        var entries = new List<CodeEntry>();
        for (var index = 0; index < count; index++)
        {
            if (ReadEntry(ref bytes) is not { } entry || entry.Offset < 0 || entry.Offset > segmentSize - entry.Size)
                return null;
            entries.Add(entry);
        }
        return bytes.IsEmpty ? entries : null;
    }

    private static CodeEntry? ReadEntry(ref ReadOnlySpan<byte> bytes)
    {
        if (!TryText(ref bytes, out var path) || bytes.Length < Sha256Digest.Size + 9)
            return null;
        var digest = new Sha256Digest(bytes[..Sha256Digest.Size]);
        var level = bytes[Sha256Digest.Size];
        var offset = BinaryPrimitives.ReadInt64LittleEndian(bytes[(Sha256Digest.Size + 1)..]);
        bytes = bytes[(Sha256Digest.Size + 9)..];
        if (!TryInt(ref bytes, out var size) || !TryInt(ref bytes, out var count))
            return null;
        var warnings = new List<CompileWarning>();
        for (var index = 0; index < count; index++)
        {
            if (!TryInt(ref bytes, out var line) || !TryText(ref bytes, out var text))
                return null;
            warnings.Add(new CompileWarning(line, text));
        }
        return new CodeEntry(path, digest, level, offset, size, warnings);
    }

    private static bool TryInt(ref ReadOnlySpan<byte> bytes, out int value)
    {
        value = bytes.Length < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (value < 0)
            return false;
        bytes = bytes[4..];
        return true;
    }

    private static bool TryText(ref ReadOnlySpan<byte> bytes, out string text)
    {
        text = "";
        if (!TryInt(ref bytes, out var size) || size > bytes.Length)
            return false;
        text = Encoding.UTF8.GetString(bytes[..size]);
        bytes = bytes[size..];
        return true;
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }
}
