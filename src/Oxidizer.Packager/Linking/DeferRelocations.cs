using System.Buffers.Binary;
using Oxidizer.Packager.Elf;

namespace Oxidizer.Packager.Linking;

/// <summary>
/// Takes relative relocations from the dynamic loader, and leaves them to the runtime (<c>src/pyapp/relocate.c</c>), which applies them
/// with a fifth of the instructions, to
/// pages that it has the kernel bring all at once.
/// <para>
/// The loader keeps those of thread-local data, which it copies, and of <c>.preinit_array</c>, which is how the runtime is started. Entries
/// of <c>DT_RELR</c> ascend by
/// address, so the table is cut behind them by making its size smaller in the dynamic section, and <c>.oxidizer.relocations</c> says where
/// it goes on. What the loader has
/// made read-only by then (<c>PT_GNU_RELRO</c>) the runtime makes writable for a moment.
/// </para>
/// </summary>
internal static class DeferRelocations
{
    private const int InterpreterSegment = 3,
        DynamicSegment = 2,
        LoadSegment = 1,
        ThreadLocalSegment = 7,
        RelroSegment = 0x6474e552;
    private const long RelocationsTag = 36,
        RelocationsSizeTag = 35;
    private const int EntrySize = 8,
        WordsOfBitmap = 63;
    private const string SectionName = ".oxidizer.relocations",
        FirstCode = ".preinit_array";

    /// <summary>Changes a linked executable.</summary>
    /// <param name="bytes">The file; changed in place.</param>
    /// <returns>How many entries were taken from the loader; 0 when there are none that can be, which is no error.</returns>
    /// <exception cref="InvalidDataException">It is no file that we know how to read.</exception>
    public static int Apply(byte[] bytes)
    {
        var image = new ElfImage(bytes);
        // Other loaders know no `.preinit_array`, and without one a C library relocates itself and uses its data at once.
        if (
            !InterpreterOf(image).Contains("/ld-linux", StringComparison.Ordinal)
            || Find(image, RelroSegment) is not { } relro
            || Find(image, DynamicSegment) is not { } dynamic
        )
            return 0;
        var section = image.FindSection(SectionName);
        if (
            section < 0
            || DynamicEntry(image, dynamic, RelocationsTag) is not { } table
            || DynamicEntry(image, dynamic, RelocationsSizeTag) is not { } size
        )
            return 0;
        var tableAddress = image.U64(table);
        var entries = Entries(image, tableAddress, image.U64(size));
        var (kept, where) = Cut(entries, EndOfTheLoadersOwn(image));
        if (kept == 0 || kept == entries.Length)
            return 0;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(size), kept * EntrySize);
        var data = (entries[kept] & 1) != 0 ? where : entries[kept];
        var isRelro = data < End(image, relro);
        long[] values =
        [
            image.U64(section + 16),
            tableAddress + kept * EntrySize,
            entries.Length - kept,
            where,
            data,
            EndInFile(image, data),
            isRelro ? image.U64(relro + 16) : 0,
            isRelro ? End(image, relro) : 0,
        ];
        _ = image.Range(image.U64(section + 24), values.Length * 8);
        for (var index = 0; index < values.Length; index++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((int)image.U64(section + 24) + index * 8), values[index]);
        return entries.Length - kept;
    }

    private static long EndOfTheLoadersOwn(ElfImage image)
    {
        var threadLocal = Find(image, ThreadLocalSegment) is { } segment ? End(image, segment) : 0;
        return image.FindSection(FirstCode) is var section and >= 0
            ? Math.Max(threadLocal, image.U64(section + 16) + image.U64(section + 32))
            : throw new InvalidDataException(
                $"what the linker made has no section `{FirstCode}`, without which nothing of it can run first"
            );
    }

    // The first entry that speaks of nothing before `free`, and the word that it begins at.
    private static (int Kept, long Where) Cut(ReadOnlySpan<long> entries, long free)
    {
        long where = 0;
        for (var index = 0; index < entries.Length; index++)
        {
            var isBitmap = (entries[index] & 1) != 0;
            if ((isBitmap ? where : entries[index]) >= free)
                return (index, where);
            where = isBitmap ? where + WordsOfBitmap * EntrySize : entries[index] + EntrySize;
        }
        return (entries.Length, where);
    }

    private static long[] Entries(ElfImage image, long address, long size)
    {
        var bytes = image.Range(OffsetOf(image, address), size);
        var entries = new long[size / EntrySize];
        for (var index = 0; index < entries.Length; index++)
            entries[index] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(index * EntrySize)..]);
        return entries;
    }

    private static string InterpreterOf(ElfImage image) =>
        Find(image, InterpreterSegment) is { } segment
            ? System.Text.Encoding.UTF8.GetString(image.Range(image.U64(segment + 8), image.U64(segment + 32)))
            : "";

    private static int? Find(ElfImage image, int type) =>
        image.Segments.Cast<int?>().FirstOrDefault(at => image.U32(at!.Value) == (uint)type);

    private static long End(ElfImage image, int segment) => image.U64(segment + 16) + image.U64(segment + 40);

    // The offset of an entry's value.
    private static int? DynamicEntry(ElfImage image, int dynamic, long tag)
    {
        var offset = image.U64(dynamic + 8);
        for (var at = offset; at + 16 <= offset + image.U64(dynamic + 32); at += 16)
            if (image.U64((int)at) == tag)
                return (int)at + 8;
        return null;
    }

    private static long OffsetOf(ElfImage image, long address)
    {
        var segment = LoadOf(image, address);
        return address - image.U64(segment + 16) + image.U64(segment + 8);
    }

    // What follows in memory is zeros that no file holds.
    private static long EndInFile(ElfImage image, long address)
    {
        var segment = LoadOf(image, address);
        return image.U64(segment + 16) + image.U64(segment + 32);
    }

    private static int LoadOf(ElfImage image, long address)
    {
        foreach (var segment in image.Segments)
            if (
                image.U32(segment) == LoadSegment
                && address >= image.U64(segment + 16)
                && address < image.U64(segment + 16) + image.U64(segment + 32)
            )
                return segment;
        throw new InvalidDataException($"what the linker made has nothing at the address {address:x}, where its relocations should be");
    }
}
