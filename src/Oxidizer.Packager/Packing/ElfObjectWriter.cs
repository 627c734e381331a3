using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Packing;

/// <summary>
/// Wraps a blob into a relocatable ELF object: a read-only, page-aligned section <c>.oxidizer.resources</c> with the symbols
/// <c>pyembed_packed_resources</c> (its start) and <c>pyembed_packed_resources_end</c>.
/// <code>
///       0  ELF header (64)
///      64  section headers (6 x 64): null, .oxidizer.resources, .note.GNU-stack, .symtab, .strtab, .shstrtab
///     448  symbols (3 x 24), strings, section names
///    4096  the blob, to the end
/// </code>
/// Written by hand and not by <c>ld -r -b binary</c>, which would start a program, copy through its memory, and make the section writable.
/// </summary>
public static partial class ElfObjectWriter
{
    private const int HeaderSize = 64, SectionHeaderSize = 64, SymbolSize = 24, SectionCount = 6;
    private const int SymbolsOffset = HeaderSize + SectionCount * SectionHeaderSize, StringsOffset = SymbolsOffset + 3 * SymbolSize;
    private const int BlobOffset = PackedFormat.PageSize;

    private static ReadOnlySpan<byte> SymbolNames => "\0pyembed_packed_resources\0pyembed_packed_resources_end\0"u8;

    private static ReadOnlySpan<byte> SectionNames => "\0.oxidizer.resources\0.note.GNU-stack\0.symtab\0.strtab\0.shstrtab\0"u8;

    /// <summary>Writes the object. The blob's bytes are copied by the kernel where it can.</summary>
    /// <exception cref="BuildFailedException">No ELF machine is known for the target.</exception>
    /// <exception cref="EnvironmentFailureException">The object cannot be written.</exception>
    public static void Write(string objectPath, string blobPath, TargetTriple target)
    {
        ushort machine = target.Architecture switch
        {
            "x86_64" => 62,
            "aarch64" => 183,
            _ => throw new BuildFailedException(DiagnosticKinds.TargetNotSupported, $"objects for `{target}` are not supported yet; build for `x86_64-unknown-linux-gnu` or `aarch64-unknown-linux-gnu`"),
        };
        try
        {
            using var blob = File.OpenHandle(blobPath);
            using var output = File.OpenHandle(objectPath, FileMode.Create, FileAccess.Write, options: FileOptions.None);
            var size = RandomAccess.GetLength(blob);
            RandomAccess.Write(output, Head(machine, size), 0);
            Copy(blob, output, size);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentFailureException(DiagnosticKinds.PackedNotWritten, "write the object of the packed resources", objectPath,
                $"{exception.Message}; make room in the system's temporary folder, or set TMPDIR to another", exception);
        }
    }

    private static byte[] Head(ushort machine, long size)
    {
        var head = new byte[BlobOffset];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(head);
        U16(head, 16, 1);
        U16(head, 18, machine);
        U32(head, 20, 1);
        U64(head, 40, HeaderSize);
        U16(head, 52, HeaderSize);
        U16(head, 58, SectionHeaderSize);
        U16(head, 60, SectionCount);
        U16(head, 62, SectionCount - 1);

        var sectionNamesOffset = StringsOffset + SymbolNames.Length;
        // name, type, flags, offset, size, link, info, alignment, entry size. PROGBITS is 1, SYMTAB 2, STRTAB 3; ALLOC is 2.
        WriteSection(head, 1, ".oxidizer.resources", 1, 2, BlobOffset, size, 0, 0, PackedFormat.PageSize, 0);
        // Empty: without it linkers take it that the object wants an executable stack.
        WriteSection(head, 2, ".note.GNU-stack", 1, 0, BlobOffset, 0, 0, 0, 1, 0);
        WriteSection(head, 3, ".symtab", 2, 0, SymbolsOffset, 3 * SymbolSize, 4, 1, 8, SymbolSize);
        WriteSection(head, 4, ".strtab", 3, 0, StringsOffset, SymbolNames.Length, 0, 0, 1, 0);
        WriteSection(head, 5, ".shstrtab", 3, 0, sectionNamesOffset, SectionNames.Length, 0, 0, 1, 0);

        WriteSymbol(head, 1, "pyembed_packed_resources\0"u8, 0, size);
        WriteSymbol(head, 2, "pyembed_packed_resources_end\0"u8, size, 0);
        SymbolNames.CopyTo(head.AsSpan(StringsOffset));
        SectionNames.CopyTo(head.AsSpan(sectionNamesOffset));
        return head;
    }

    private static void WriteSection(byte[] head, int index, string name, uint type, ulong flags, long offset, long size, uint link, uint info, long alignment, long entrySize)
    {
        var at = HeaderSize + index * SectionHeaderSize;
        U32(head, at, (uint)SectionNames.IndexOf(System.Text.Encoding.ASCII.GetBytes($"\0{name}\0")) + 1);
        U32(head, at + 4, type);
        U64(head, at + 8, flags);
        U64(head, at + 24, (ulong)offset);
        U64(head, at + 32, (ulong)size);
        U32(head, at + 40, link);
        U32(head, at + 44, info);
        U64(head, at + 48, (ulong)alignment);
        U64(head, at + 56, (ulong)entrySize);
    }

    // Global objects, hidden: the runtime in the same product uses them, and nothing else.
    private static void WriteSymbol(byte[] head, int index, ReadOnlySpan<byte> name, long value, long size)
    {
        var at = SymbolsOffset + index * SymbolSize;
        U32(head, at, (uint)SymbolNames.IndexOf(name));
        head[at + 4] = (1 << 4) | 1;
        head[at + 5] = 2;
        U16(head, at + 6, 1);
        U64(head, at + 8, (ulong)value);
        U64(head, at + 16, (ulong)size);
    }

    private static void Copy(SafeFileHandle blob, SafeFileHandle output, long size)
    {
        long done = 0;
        while (done < size)
        {
            long from = done, to = BlobOffset + done;
            var copied = CopyFileRange(blob, ref from, output, ref to, (nuint)(size - done), 0);
            if (copied <= 0)
                break;
            done += copied;
        }
        // File systems, kernels and sandboxes that cannot: through our own memory.
        var buffer = new byte[1 << 20];
        while (done < size)
        {
            var count = RandomAccess.Read(blob, buffer, done);
            if (count == 0)
                throw new EndOfStreamException("the packed resources became shorter while they were read");
            RandomAccess.Write(output, buffer.AsSpan(0, count), BlobOffset + done);
            done += count;
        }
    }

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    private static partial nint CopyFileRange(SafeFileHandle from, ref long fromOffset, SafeFileHandle to, ref long toOffset, nuint length, uint flags);

    private static void U16(byte[] head, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(at), value);

    private static void U32(byte[] head, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(at), value);

    private static void U64(byte[] head, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(at), value);
}
