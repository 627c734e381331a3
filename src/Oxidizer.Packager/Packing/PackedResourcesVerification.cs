using System.Numerics;

namespace Oxidizer.Packager.Packing;

/// <summary>
/// Checks what the digest does not cover (the header's sections must lie one after the other, with nothing but zeros between) and what a
/// right digest does not say: that every entry points to where it should.
/// </summary>
internal sealed class PackedResourcesVerification(PackedResourcesReader reader, ReadOnlyMemory<byte> blob)
{
    private static readonly PackedSection[] s_files =
    [
        PackedSection.Resources,
        PackedSection.DistributionFiles,
        PackedSection.SharedLibraries,
    ];

    /// <summary>Checks all.</summary>
    /// <exception cref="PackedResourcesException">Something is wrong.</exception>
    public void Run()
    {
        CheckPlaces();
        CheckModules();
        CheckFiles();
        CheckCounts();
        CheckStrings();
        foreach (var (name, _) in reader.Settings)
            Check(name.Length > 0, reader.OffsetOf(PackedSection.Settings), "a setting without a name");
    }

    private void CheckPlaces()
    {
        long end = PackedFormat.HeaderSize;
        for (var section = PackedSection.Modules; section < PackedSection.Data; section++)
        {
            var offset = reader.OffsetOf(section);
            Check(
                offset == PackedFormat.Align(end, PackedFormat.ItemAlignment),
                offset,
                $"section {(int)section} does not follow the one before, which ends at {end}"
            );
            CheckZeros(end, offset);
            end = offset + (long)reader.Count(section) * PackedFormat.EntrySize(section);
        }
        var data = reader.OffsetOf(PackedSection.Data);
        Check(
            reader.Count(PackedSection.Data) == 0 && data == PackedFormat.Align(end, PackedFormat.PageSize),
            data,
            $"the data does not follow the strings, which end at {end}"
        );
        CheckZeros(end, data);
    }

    private void CheckModules()
    {
        var count = reader.Count(PackedSection.Modules);
        var slots = reader.Count(PackedSection.ModuleHash);
        Check(
            slots == (count == 0 ? 0 : (int)BitOperations.RoundUpToPowerOf2((uint)count * 2)),
            reader.OffsetOf(PackedSection.ModuleHash),
            $"{slots} slots for {count} modules"
        );
        for (var index = 0; index < count; index++)
        {
            var module = reader.Module(index);
            Check(
                reader.Find(module.Name) == index,
                reader.OffsetOf(PackedSection.ModuleHash),
                $"`{module.Name}` is not found by its hash"
            );
            var holds =
                module.Code.Exists
                || module.Source.Exists
                || module.Library.Exists
                || (module.Flags & (PackedFlags.Namespace | PackedFlags.BuiltinExtension | PackedFlags.Filesystem)) != 0;
            Check(holds, reader.OffsetOf(PackedSection.Modules), $"`{module.Name}` has nothing to import");
            foreach (var data in new[] { module.Code, module.Source, module.Library })
                CheckData(data);
        }
        string? last = null;
        Check(
            reader.Count(PackedSection.ModuleOrder) == count,
            reader.OffsetOf(PackedSection.ModuleOrder),
            "not every module has a place in the order"
        );
        for (var index = 0; index < count; index++)
        {
            var name = reader.Module(reader.IndexAt(PackedSection.ModuleOrder, index)).Name;
            Check(
                last is null || Utf8Order.Instance.Compare(last, name) < 0,
                reader.OffsetOf(PackedSection.ModuleOrder),
                $"`{name}` does not stand after `{last}`"
            );
            last = name;
        }
    }

    private void CheckFiles()
    {
        foreach (var section in s_files)
        {
            for (var index = 0; index < reader.Count(section); index++)
            {
                var file = reader.File(section, index);
                CheckData(file.Data);
                var isLink = section == PackedSection.Resources && file.Owner < 0 && file.Flags.HasFlag(PackedFlags.Link);
                Check(
                    isLink ? IsTarget(file.Path, file.Target) : file.Target.Length == 0,
                    reader.OffsetOf(section),
                    $"`{file.Path}` leads to `{file.Target}`"
                );
            }
        }
        var files = Enumerable.Range(0, reader.Count(PackedSection.Distributions)).Sum(index => (long)reader.Distribution(index).FileCount);
        Check(
            files == reader.Count(PackedSection.DistributionFiles),
            reader.OffsetOf(PackedSection.DistributionFiles),
            $"{files} files belong to a distribution"
        );
        var resources = reader.Modules.Sum(module => (long)module.ResourceCount);
        Check(
            resources + reader.PlainFiles == reader.Count(PackedSection.Resources),
            reader.OffsetOf(PackedSection.Resources),
            $"{resources} resources belong to a package"
        );
        string? last = null;
        for (var index = (int)resources; index < reader.Count(PackedSection.Resources); index++)
        {
            var file = reader.File(PackedSection.Resources, index);
            Check(
                file.Owner < 0
                    && file.Name == file.Path
                    && (last is null || Utf8Order.Instance.Compare(last, file.Name) < 0)
                    && (file.Data.Exists || (file.Flags & (PackedFlags.Filesystem | PackedFlags.EmptyFolder | PackedFlags.Link)) != 0),
                reader.OffsetOf(PackedSection.Resources),
                $"the plain file `{file.Name}` is not one, or does not stand after `{last}`"
            );
            last = file.Name;
        }
    }

    // Relative, and by its letters within the root.
    private static bool IsTarget(string path, string target)
    {
        var depth = path.Count(letter => letter == '/');
        return target.Length > 0
            && target[0] != '/'
            && !target.Contains('\0')
            && System.Text.Encoding.UTF8.GetByteCount(target) < PackedFormat.MaxLink
            && Array.TrueForAll(
                target.Split('/'),
                part =>
                    (
                        depth += part switch
                        {
                            "" or "." => 0,
                            ".." => -1,
                            _ => 1,
                        }
                    ) >= 0
            );
    }

    private void CheckCounts()
    {
        var libraries = Enumerable
            .Range(0, reader.Count(PackedSection.SharedLibraries))
            .Sum(index => (long)reader.File(PackedSection.SharedLibraries, index).DependencyCount);
        var dependencies = reader.Count(PackedSection.Dependencies);
        Check(
            libraries + reader.Modules.Sum(module => (long)module.DependencyCount) == dependencies,
            reader.OffsetOf(PackedSection.Dependencies),
            "a dependency that nothing has"
        );
        for (var index = 0; index < dependencies; index++)
            Check(
                reader.IndexAt(PackedSection.Dependencies, index) < reader.Count(PackedSection.SharedLibraries),
                reader.OffsetOf(PackedSection.Dependencies),
                "a dependency that is no library"
            );
        var boot = Enumerable
            .Range(0, reader.Count(PackedSection.Boot))
            .Select(index => reader.IndexAt(PackedSection.Boot, index))
            .ToList();
        Check(
            boot.Distinct().Count() == boot.Count && boot.TrueForAll(index => index < reader.Count(PackedSection.Modules)),
            reader.OffsetOf(PackedSection.Boot),
            "the boot modules are not each one"
        );
    }

    // Every string ends with a NUL and none is empty: the last byte is a NUL, and the one before it is not.
    private void CheckStrings()
    {
        var (offset, count) = ((int)reader.OffsetOf(PackedSection.Strings), reader.Count(PackedSection.Strings));
        Check(
            count == 0 || (count > 1 && blob.Span[offset + count - 1] == 0 && blob.Span[offset + count - 2] != 0),
            offset,
            "the strings do not end with one NUL"
        );
    }

    private void CheckData(PackedData data)
    {
        if (!data.Exists)
            return;
        Check(
            data.Offset >= reader.OffsetOf(PackedSection.Data) && data.Offset % PackedFormat.ItemAlignment == 0,
            data.Offset,
            "a reference before the data, or not aligned"
        );
        reader.Read(data);
    }

    private void CheckZeros(long from, long to) =>
        Check(!blob.Span[(int)from..(int)to].ContainsAnyExcept((byte)0), from, "padding that is not zero");

    private static void Check(bool holds, long offset, string message)
    {
        if (!holds)
            throw new PackedResourcesException(offset, message);
    }
}
