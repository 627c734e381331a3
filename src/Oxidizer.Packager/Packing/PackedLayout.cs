using System.Buffers.Binary;
using System.Text;
using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packing;

/// <summary>
/// A blob before its data: header (without its digest), sections and strings, and where each item of the data goes. Made in memory, a few
/// hundred kilobytes for a product, because every offset in it must be known before the first byte of data is written.
/// </summary>
internal sealed class PackedLayout
{
    private readonly PackInput _input;
    private readonly PackedContent _content;
    private readonly SectionWriter[] _sections = [.. Enum.GetValues<PackedSection>().Select(section => new SectionWriter(section))];
    private readonly StringPool _strings;
    private readonly DataPlan _data = new();
    private readonly Dictionary<string, int> _moduleIndexes;
    private readonly Dictionary<string, int> _libraryIndexes;
    private readonly int[] _offsets = new int[PackedFormat.SectionCount];
    private readonly List<PackageDistribution> _distributions;
    private readonly List<(int First, int Count)> _runs = [];
    private readonly IReadOnlyList<PlainEntry> _plainEntries;

    private PackedLayout(PackInput input, PackedContent content)
    {
        (_input, _content) = (input, content);
        _moduleIndexes = Indexes(input.Modules.Select(module => module.Name));
        _libraryIndexes = Indexes(input.Resources.SharedLibraries.Select(library => library.Soname));
        _distributions =
        [
            .. input
                .Resources.PackageDistributions.OrderBy(
                    distribution => DistributionNames.Normalize(distribution.Name),
                    StringComparer.Ordinal
                )
                .ThenBy(distribution => distribution.Folder, StringComparer.Ordinal),
        ];
        _plainEntries = PlainEntry.Of(input.Resources);
        PlaceSections();
        _strings = new StringPool(_offsets[(int)PackedSection.Strings]);
    }

    /// <summary>Everything before the data; the header's digest is still zero.</summary>
    public byte[] Index { get; private set; } = [];

    /// <summary>What comes after it, by offset from the start of the data.</summary>
    public IReadOnlyList<PlacedItem> Items => _data.Items;

    /// <summary>Where the data begins.</summary>
    public long DataOffset { get; private set; }

    /// <summary>Of the blob.</summary>
    public long TotalSize { get; private set; }

    /// <summary>Lays a blob out.</summary>
    /// <exception cref="BuildFailedException">It would be too large.</exception>
    public static PackedLayout Create(PackInput input, PackedContent content)
    {
        var layout = new PackedLayout(input, content);
        // Codes of all modules first, then their sources: a start reads no source, and touches only the pages of the codes that it imports.
        var codes = input
            .Modules.Select(module => module.Source is { } source && content.Code(source) is { } code ? layout._data.Add(code) : null)
            .ToArray();
        var sources = input
            .Modules.Select(module =>
                module.Source is { } source && input.Code.HasSource(source)
                    ? layout._data.Add(source.File.Digest, content.File(source.Origin, source.File))
                    : null
            )
            .ToArray();
        layout.WriteResources();
        layout.WritePlainFiles();
        layout.WriteModules(codes, sources);
        layout.WriteModuleTables();
        layout.WriteDistributions();
        layout.WriteLibraries();
        layout.WriteSettings();
        layout.Assemble();
        return layout;
    }

    private int HashSlots =>
        _input.Modules.Count == 0 ? 0 : (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_input.Modules.Count * 2);

    private int PlainFileCount => _plainEntries.Count;

    private SectionWriter this[PackedSection section] => _sections[(int)section];

    // All counts are known before anything is written, so that strings have their final offsets at once.
    private void PlaceSections()
    {
        var modules = _input.Modules.Count;
        int[] counts =
        [
            modules,
            HashSlots,
            modules,
            _input.Resources.PackageResources.Count(resource => _moduleIndexes.ContainsKey(resource.Package)) + PlainFileCount,
            _input.Modules.Sum(module => module.Dependencies.Count)
                + _input.Resources.SharedLibraries.Sum(library => library.Dependencies.Count),
            _distributions.Count,
            _distributions.Sum(distribution => distribution.Files.Count),
            _input.Resources.SharedLibraries.Count,
            _input.Settings.Count,
            ImportOrder.Boot.Count(_moduleIndexes.ContainsKey),
            0,
        ];
        var offset = PackedFormat.HeaderSize;
        for (var section = 0; section < counts.Length; section++)
        {
            _offsets[section] = offset;
            offset = (int)
                PackedFormat.Align(offset + counts[section] * PackedFormat.EntrySize((PackedSection)section), PackedFormat.ItemAlignment);
        }
    }

    private void WriteResources()
    {
        var byPackage = _input.Resources.PackageResources.ToLookup(resource => resource.Package, StringComparer.Ordinal);
        foreach (var module in _input.Modules)
        {
            var first = this[PackedSection.Resources].Count;
            foreach (var resource in byPackage[module.Name].OrderBy(resource => resource.Name, Utf8Order.Instance))
            {
                WriteFile(
                    this[PackedSection.Resources],
                    resource,
                    resource.File,
                    resource.Name,
                    (uint)_moduleIndexes[module.Name],
                    resource.RelativePath
                );
            }
            _runs.Add((first, this[PackedSection.Resources].Count - first));
        }
    }

    // After all packages' runs; their number stands in the header.
    private void WritePlainFiles()
    {
        foreach (var entry in _plainEntries)
            WriteFile(
                this[PackedSection.Resources],
                entry.Owner,
                entry.Path,
                PackedFormat.NoOwner,
                entry.File is { } file ? ItemOf(entry.Owner, file) : null,
                entry.Flags,
                entry.Path,
                (0, 0),
                entry.Target
            );
    }

    private void WriteModules(PlacedItem?[] codes, PlacedItem?[] sources)
    {
        var owners = DistributionNames.OwnersOf(_distributions);
        for (var index = 0; index < _input.Modules.Count; index++)
        {
            var module = _input.Modules[index];
            var library = module.Shared is { } shared
                ? _data.Add(shared.File.Digest, PackedContent.Library(shared.File), PackedFormat.PageSize)
                : null;
            var (name, path, root) = (_strings.Add(module.Name), _strings.Add(module.Path), _strings.Add(module.Root));
            var dependencies = WriteDependencies(module.Dependencies);
            var section = this[PackedSection.Modules];
            section.U32(name.Offset);
            section.U32(name.Size);
            section.U32((uint)module.Flags | Codec(sources[index], PackedFormat.SourceCodecShift));
            section.U32(path.Size);
            section.Data(codes[index]);
            section.Data(sources[index]);
            section.Data(library);
            section.U32(_runs[index].First);
            section.U32(_runs[index].Count);
            section.U32(dependencies.First);
            section.U32(dependencies.Count);
            section.U32(path.Offset);
            section.U32(owners.GetValueOrDefault(PycFile.SourceOf(module.Path), -1) + 1);
            section.U32(root.Offset);
            section.U32(root.Size);
        }
    }

    private void WriteModuleTables()
    {
        var count = (uint)HashSlots;
        var slots = new uint[count * 2];
        for (var index = 0; index < _input.Modules.Count; index++)
        {
            var hash = PackedFormat.Hash(Encoding.UTF8.GetBytes(_input.Modules[index].Name));
            var slot = hash & (count - 1);
            while (slots[slot * 2 + 1] != 0)
                slot = (slot + 1) & (count - 1);
            slots[slot * 2] = hash;
            slots[slot * 2 + 1] = (uint)index + 1;
        }
        foreach (var value in slots)
            this[PackedSection.ModuleHash].U32(value);
        // By bytes and not by UTF-16 units: the two differ beyond U+FFFF.
        foreach (var index in Enumerable.Range(0, _input.Modules.Count).OrderBy(index => _input.Modules[index].Name, Utf8Order.Instance))
            this[PackedSection.ModuleOrder].U32(index);
        foreach (var name in ImportOrder.Boot.Where(_moduleIndexes.ContainsKey))
            this[PackedSection.Boot].U32(_moduleIndexes[name]);
    }

    private void WriteDistributions()
    {
        for (var index = 0; index < _distributions.Count; index++)
        {
            var distribution = _distributions[index];
            var (name, version, folder) = (
                _strings.Add(DistributionNames.Normalize(distribution.Name)),
                _strings.Add(distribution.Version),
                _strings.Add(distribution.Folder)
            );
            var section = this[PackedSection.Distributions];
            foreach (var text in new[] { name, version, folder })
            {
                section.U32(text.Offset);
                section.U32(text.Size);
            }
            section.U32(this[PackedSection.DistributionFiles].Count);
            section.U32(distribution.Files.Count);
            section.U64(0);
            section.U64(0);
            foreach (var file in distribution.Files.OrderBy(file => file.Name, Utf8Order.Instance))
                WriteFile(
                    this[PackedSection.DistributionFiles],
                    distribution,
                    file.File,
                    file.Name,
                    (uint)index,
                    distribution.Folder + "/" + file.Name
                );
        }
    }

    private void WriteLibraries()
    {
        foreach (var library in _input.Resources.SharedLibraries)
        {
            var item = library.Location.Folder is null
                ? _data.Add(library.File.Digest, PackedContent.Library(library.File), PackedFormat.PageSize)
                : null;
            WriteFile(
                this[PackedSection.SharedLibraries],
                library,
                library.Soname,
                0,
                item,
                library.File.IsExecutable ? PackedFlags.Executable : PackedFlags.None,
                library.RelativePath,
                WriteDependencies(library.Dependencies)
            );
        }
    }

    private void WriteSettings()
    {
        foreach (var (name, value) in _input.Settings)
        {
            foreach (var text in new[] { _strings.Add(name), _strings.Add(value) })
            {
                this[PackedSection.Settings].U32(text.Offset);
                this[PackedSection.Settings].U32(text.Size);
            }
        }
    }

    private (int First, int Count) WriteDependencies(IReadOnlyList<string> sonames)
    {
        var first = this[PackedSection.Dependencies].Count;
        foreach (var soname in sonames)
            this[PackedSection.Dependencies].U32(_libraryIndexes[soname]);
        return (first, sonames.Count);
    }

    // What lies beside the product has no bytes in the blob.
    private PlacedItem? ItemOf(Resource resource, ResourceFile file) =>
        resource.Location.Folder is null ? _data.Add(file.Digest, _content.File(resource.Origin, file)) : null;

    private void WriteFile(SectionWriter section, Resource resource, ResourceFile file, string name, uint owner, string path) =>
        WriteFile(
            section,
            resource,
            name,
            owner,
            ItemOf(resource, file),
            file.IsExecutable ? PackedFlags.Executable : PackedFlags.None,
            path,
            (0, 0)
        );

    private void WriteFile(
        SectionWriter section,
        Resource resource,
        string name,
        uint owner,
        PlacedItem? item,
        PackedFlags flags,
        string path,
        (int First, int Count) dependencies,
        string link = ""
    )
    {
        var (nameString, pathString, root) = (_strings.Add(name), _strings.Add(path), _strings.Add(resource.Location.Folder ?? ""));
        var target = _strings.Add(link);
        section.U32(nameString.Offset);
        section.U32(nameString.Size);
        section.U32((uint)flags | Codec(item, PackedFormat.CodeCodecShift) | (root.Size > 0 ? (uint)PackedFlags.Filesystem : 0));
        section.U32(owner);
        section.Data(item);
        section.U32(root.Offset);
        section.U32(root.Size);
        section.U32(pathString.Offset);
        section.U32(pathString.Size);
        section.U32(dependencies.First);
        section.U32(dependencies.Count);
        section.U32(target.Offset);
        section.U32(target.Size);
    }

    private void Assemble()
    {
        var strings = _strings.Section;
        DataOffset = PackedFormat.Align(_offsets[(int)PackedSection.Strings] + strings.Length, PackedFormat.PageSize);
        TotalSize = PackedFormat.Align(DataOffset + _data.Length, PackedFormat.PageSize);
        if (TotalSize >= PackedFormat.MaxSize)
            throw new BuildFailedException(
                DiagnosticKinds.PackedTooLarge,
                $"the packed resources would be {TotalSize / (1 << 20)} MiB, and must be smaller than 2 GiB; leave packages out with `filter-exclude`, or say `compress = \"zstd\"` in [packing]"
            );
        _offsets[(int)PackedSection.Data] = (int)DataOffset;
        Index = new byte[DataOffset];
        for (var section = 0; section < PackedFormat.SectionCount; section++)
        {
            var writer = section == (int)PackedSection.Strings ? strings : _sections[section];
            foreach (var position in writer.DataReferences)
                BinaryPrimitives.WriteInt64LittleEndian(
                    writer.Bytes[position..],
                    BinaryPrimitives.ReadInt64LittleEndian(writer.Bytes[position..]) + DataOffset
                );
            writer.Bytes.CopyTo(Index.AsSpan(_offsets[section]));
            WriteSection(section, writer.Count);
        }
        PackedFormat.Magic.CopyTo(Index);
        BinaryPrimitives.WriteInt32LittleEndian(Index.AsSpan(8), PackedFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(Index.AsSpan(12), PackedFormat.HeaderSize);
        BinaryPrimitives.WriteInt64LittleEndian(Index.AsSpan(16), TotalSize);
        BinaryPrimitives.WriteInt32LittleEndian(Index.AsSpan(PackedFormat.PlainFilesOffset), PlainFileCount);
        BinaryPrimitives.WriteInt32LittleEndian(Index.AsSpan(60), PackedFormat.SectionCount);
    }

    private void WriteSection(int section, int count)
    {
        var header = Index.AsSpan(PackedFormat.SectionsOffset + section * PackedFormat.SectionSize);
        BinaryPrimitives.WriteInt64LittleEndian(header, _offsets[section]);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], count);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], PackedFormat.EntrySize((PackedSection)section));
    }

    private static uint Codec(PlacedItem? item, int shift) => item is null ? 0 : (uint)item.Codec << shift;

    private static Dictionary<string, int> Indexes(IEnumerable<string> names) =>
        names.Select((name, index) => (name, index)).ToDictionary(entry => entry.name, entry => entry.index, StringComparer.Ordinal);
}
