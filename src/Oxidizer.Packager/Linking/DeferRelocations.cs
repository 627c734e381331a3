using System.Buffers.Binary;
using Oxidizer.Packager.Elf;

namespace Oxidizer.Packager.Linking;

/// <summary>
/// Takes relative relocations from the dynamic loader, and leaves them to the runtime (<c>src/pyapp/relocate.c</c>), which applies them
/// with a fifth of the instructions, to pages that it has the kernel bring all at once.
/// <para>
/// The loader keeps those of thread-local data, which it copies, and of <c>.preinit_array</c>, which is how the runtime is started. Entries
/// of <c>DT_RELR</c> ascend by address, so the table is cut behind them by making its size smaller in the dynamic section, and
/// <c>.oxidizer.relocations</c> says where it goes on. What the loader has made read-only by then (<c>PT_GNU_RELRO</c>) the runtime makes
/// writable for a moment.
/// </para>
/// </summary>
internal static class DeferRelocations
{
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
            || image.FindSegment(ElfImage.RelroSegment) is not { } relro
            || image.FindSection(SectionName) is not { } section
        )
            return 0;
        var tags = image.DynamicTags();
        if (Find(tags, RelocationsTag) is not { } table || Find(tags, RelocationsSizeTag) is not { } size)
            return 0;
        var entries = Entries(image, table.Value, size.Value);
        var (kept, where) = Cut(entries, EndOfTheLoadersOwn(image));
        if (kept == 0 || kept == entries.Length)
            return 0;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((int)size.ValueAt), kept * EntrySize);
        var data = (entries[kept] & 1) != 0 ? where : entries[kept];
        var isRelro = data < relro.End;
        long[] values =
        [
            section.Address,
            table.Value + kept * EntrySize,
            entries.Length - kept,
            where,
            data,
            LoadedAt(image, data).EndInFile,
            isRelro ? relro.Address : 0,
            isRelro ? relro.End : 0,
        ];
        _ = image.Range(section.Offset, values.Length * 8);
        for (var index = 0; index < values.Length; index++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((int)section.Offset + index * 8), values[index]);
        return entries.Length - kept;
    }

    private static long EndOfTheLoadersOwn(ElfImage image) =>
        image.FindSection(FirstCode) is { } first
            ? Math.Max(image.FindSegment(ElfImage.ThreadLocalSegment)?.End ?? 0, first.End)
            : throw new InvalidDataException(
                $"what the linker made has no section `{FirstCode}`, without which nothing of it can run first"
            );

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
        var segment = LoadedAt(image, address);
        var bytes = image.Range(address - segment.Address + segment.Offset, size);
        var entries = new long[size / EntrySize];
        for (var index = 0; index < entries.Length; index++)
            entries[index] = BinaryPrimitives.ReadInt64LittleEndian(bytes[(index * EntrySize)..]);
        return entries;
    }

    private static string InterpreterOf(ElfImage image) =>
        image.FindSegment(ElfImage.InterpreterSegment) is { } segment
            ? System.Text.Encoding.UTF8.GetString(image.Range(segment.Offset, segment.FileSize))
            : "";

    private static ElfTag? Find(IReadOnlyList<ElfTag> tags, long tag) =>
        tags.Where(entry => entry.Tag == tag).Select(entry => (ElfTag?)entry).FirstOrDefault();

    // What follows in memory behind its end in the file is zeros that no file holds.
    private static ElfSegment LoadedAt(ElfImage image, long address) =>
        image.LoadedAt(address)
        ?? throw new InvalidDataException($"what the linker made has nothing at the address {address:x}, where its relocations should be");
}
