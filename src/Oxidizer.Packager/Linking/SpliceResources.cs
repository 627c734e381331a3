using System.Buffers.Binary;
using Oxidizer.Packager.Elf;
using Oxidizer.Packager.Files;

namespace Oxidizer.Packager.Linking;

/// <summary>
/// Adds the packed resources to a linked runtime, without a linker.
/// <para>
/// The problem: whatever is linked, a linker reads and writes the whole product (0.2 to 0.9 s), and the resources are what changes from
/// build to build, while objects and libraries do not. So the runtime is linked once, without resources, and this file makes the product
/// from it: the blob becomes a read-only segment of its own.
/// </para>
/// <code>
///   0           the runtime, as linked; changed in three places:
///                 ELF header: where the section headers are, and their count
///                 program headers: a PT_NOTE gives way to the PT_LOAD of the blob, behind the last PT_LOAD (addresses must ascend)
///                 .oxidizer.location: the blob's distance from there, and its size (src/pyembed/reader/location.h)
///   aligned     the blob
///   then        section names, the bill of materials if there is one, and section headers, with `.oxidizer.resources` and `.sbom` as the
///               last: tools such as strip drop what is in no section
/// </code>
/// <para>
/// Rejected: to append the blob and let the product open itself, because mapped segments cost nothing and need no /proc; to move the
/// program headers to the end of the file in order to have room, because kernels and loaders find them by their address. What stops being
/// true: the product has no <c>.note.ABI-tag</c> segment; only ldconfig reads it, and of libraries alone.
/// </para>
/// </summary>
internal static class SpliceResources
{
    private const int ReadOnly = 4,
        AllocatedSection = 2,
        ProgramBits = 1;
    private const string LocationSection = ".oxidizer.location";

    private static ReadOnlySpan<byte> ResourcesName => ".oxidizer.resources\0"u8;

    // Not loaded, so that it costs a start nothing.
    private static ReadOnlySpan<byte> BillName => ".sbom\0"u8;

    /// <summary>Writes the product.</summary>
    /// <param name="runtimePath">What was linked, with an empty <c>.oxidizer.location</c>.</param>
    /// <param name="blobPath">The packed resources.</param>
    /// <param name="outputPath">Where the product goes; replaced.</param>
    /// <param name="bill">The bill of materials that the product carries; empty: none.</param>
    /// <exception cref="InvalidDataException">The linker left no place for the resources, or no file that we know how to read.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static void Write(string runtimePath, string blobPath, string outputPath, byte[]? bill = null)
    {
        var bytes = File.ReadAllBytes(runtimePath);
        var image = new ElfImage(bytes);
        using var blob = File.OpenHandle(blobPath);
        var plan = Plan.For(image, bytes.Length, RandomAccess.GetLength(blob), bill ?? []);
        var tail = plan.Tail(image);
        WriteSegments(image, bytes, plan);
        WriteLocation(image, bytes, plan);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), plan.SectionsOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(60), (ushort)(image.Sections.Count + plan.AddedSections));

        using var output = File.OpenHandle(outputPath, FileMode.Create, FileAccess.Write);
        RandomAccess.Write(output, bytes, 0);
        CopyFile.Whole(blob, output, plan.BlobOffset);
        RandomAccess.Write(output, tail, plan.TailOffset);
    }

    private static void WriteSegments(ElfImage image, byte[] bytes, Plan plan)
    {
        var table = image.Segments.Select(segment => image.Range(segment.At, ElfImage.SegmentSize).ToArray()).ToList();
        var spare = table.FindLastIndex(segment => TypeOf(segment) == ElfImage.NoteSegment);
        if (spare < 0)
            throw new InvalidDataException(
                "what the linker made has no note segment that could give way to the resources; use another linker ([toolchain] linker)"
            );
        table.RemoveAt(spare);
        table.Insert(table.FindLastIndex(segment => TypeOf(segment) == ElfImage.LoadSegment) + 1, plan.Segment());
        table.SelectMany(segment => segment).ToArray().CopyTo(bytes, image.Segments[0].At);
    }

    private static void WriteLocation(ElfImage image, byte[] bytes, Plan plan)
    {
        if (
            image.FindSection(LocationSection) is not { Size: 16 } section
            || image.Range(section.Offset, section.Size).ContainsAnyExcept((byte)0)
        )
            throw new InvalidDataException(
                $"what the linker made has no empty section `{LocationSection}` of 16 bytes; please report this"
            );
        var entry = bytes.AsSpan((int)section.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(entry, plan.BlobAddress - section.Address);
        BinaryPrimitives.WriteInt64LittleEndian(entry[8..], plan.BlobSize);
    }

    private static uint TypeOf(byte[] segment) => BinaryPrimitives.ReadUInt32LittleEndian(segment);

    /// <summary>Where everything goes.</summary>
    private sealed record Plan(long BlobOffset, long BlobAddress, long BlobSize, long Alignment, long NamesSize, byte[] Bill)
    {
        public long TailOffset => BlobOffset + BlobSize;

        public int AddedSections => Bill.Length > 0 ? 2 : 1;

        public long SectionsOffset => Up(BillOffset + Bill.Length, 8);

        private long AllNamesSize => NamesSize + ResourcesName.Length + (Bill.Length > 0 ? BillName.Length : 0);

        private long BillOffset => TailOffset + AllNamesSize;

        public static Plan For(ElfImage image, long fileSize, long blobSize, byte[] bill)
        {
            var loads = image.Segments.Where(segment => segment.Type == ElfImage.LoadSegment).ToList();
            if (loads.Count == 0)
                throw new InvalidDataException("what the linker made has nothing to load");
            var alignment = loads.Max(segment => segment.Alignment);
            var end = loads.Max(segment => segment.End);
            // 64 KiB is the largest page of the machines that we know; addresses are those of 47 bits that every process has.
            if (!long.IsPow2(alignment) || alignment is < 4096 or > 65536 || end is < 0 or > 1L << 46)
                throw new InvalidDataException(
                    $"what the linker made has segments aligned to {alignment} that end at {end}; pages of 4 to 64 KiB were expected"
                );
            return new Plan(Up(fileSize, alignment), Up(end, alignment), blobSize, alignment, image.NamesSection.Size, bill);
        }

        public byte[] Segment()
        {
            var segment = new byte[ElfImage.SegmentSize];
            BinaryPrimitives.WriteUInt32LittleEndian(segment, ElfImage.LoadSegment);
            BinaryPrimitives.WriteInt32LittleEndian(segment.AsSpan(4), ReadOnly);
            long[] values = [BlobOffset, BlobAddress, BlobAddress, BlobSize, BlobSize, Alignment];
            for (var index = 0; index < values.Length; index++)
                BinaryPrimitives.WriteInt64LittleEndian(segment.AsSpan(8 + 8 * index), values[index]);
            return segment;
        }

        /// <summary>The section names with those that are added, the bill, and the section headers.</summary>
        public byte[] Tail(ElfImage image)
        {
            var tail = new byte[SectionsOffset - TailOffset + (image.Sections.Count + AddedSections) * ElfImage.SectionSize];
            image.Range(image.NamesSection.Offset, NamesSize).CopyTo(tail);
            ResourcesName.CopyTo(tail.AsSpan((int)NamesSize));
            if (Bill.Length > 0)
            {
                BillName.CopyTo(tail.AsSpan((int)NamesSize + ResourcesName.Length));
                Bill.CopyTo(tail, AllNamesSize);
            }

            var headers = tail.AsSpan((int)(SectionsOffset - TailOffset));
            for (var index = 0; index < image.Sections.Count; index++)
                image.Range(image.Sections[index].At, ElfImage.SectionSize).CopyTo(headers[(index * ElfImage.SectionSize)..]);
            var names = headers[(image.Sections.ToList().IndexOf(image.NamesSection) * ElfImage.SectionSize)..];
            BinaryPrimitives.WriteInt64LittleEndian(names[24..], TailOffset);
            BinaryPrimitives.WriteInt64LittleEndian(names[32..], AllNamesSize);

            var section = headers[(image.Sections.Count * ElfImage.SectionSize)..];
            BinaryPrimitives.WriteInt32LittleEndian(section, (int)NamesSize);
            BinaryPrimitives.WriteInt32LittleEndian(section[4..], ProgramBits);
            BinaryPrimitives.WriteInt64LittleEndian(section[8..], AllocatedSection);
            BinaryPrimitives.WriteInt64LittleEndian(section[16..], BlobAddress);
            BinaryPrimitives.WriteInt64LittleEndian(section[24..], BlobOffset);
            BinaryPrimitives.WriteInt64LittleEndian(section[32..], BlobSize);
            BinaryPrimitives.WriteInt64LittleEndian(section[48..], Alignment);
            if (Bill.Length > 0)
                WriteBill(section[ElfImage.SectionSize..]);
            return tail;
        }

        private void WriteBill(Span<byte> section)
        {
            BinaryPrimitives.WriteInt32LittleEndian(section, (int)NamesSize + ResourcesName.Length);
            BinaryPrimitives.WriteInt32LittleEndian(section[4..], ProgramBits);
            BinaryPrimitives.WriteInt64LittleEndian(section[24..], BillOffset);
            BinaryPrimitives.WriteInt64LittleEndian(section[32..], Bill.Length);
            BinaryPrimitives.WriteInt64LittleEndian(section[48..], 1);
        }

        private static long Up(long value, long alignment) => (value + alignment - 1) / alignment * alignment;
    }
}
