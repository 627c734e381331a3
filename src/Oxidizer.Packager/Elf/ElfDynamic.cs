using Microsoft.Win32.SafeHandles;
using Oxidizer.Packager.Context;

namespace Oxidizer.Packager.Elf;

/// <summary>
/// What the dynamic linker and the import system ask of an image: its SONAME, the libraries that it needs, and the modules that it can
/// initialise.
/// </summary>
/// <param name="Soname"><c>DT_SONAME</c>, or <c>null</c>.</param>
/// <param name="Needed"><c>DT_NEEDED</c>, in order.</param>
/// <param name="InitializedModules">Names after <c>PyInit_</c> among the exported symbols.</param>
/// <param name="Machine"><c>e_machine</c>: 62 x86-64, 183 aarch64.</param>
/// <param name="SearchPath"><c>DT_RUNPATH</c>, else <c>DT_RPATH</c>, as written: folders with <c>:</c> between them; empty without
/// either.</param>
internal sealed record ElfDynamic(
    string? Soname,
    IReadOnlyList<string> Needed,
    IReadOnlyList<string> InitializedModules,
    int Machine,
    string SearchPath = ""
)
{
    private const int TypeSharedObject = 3;
    private const long TagNeeded = 1,
        TagHash = 4,
        TagStringTable = 5,
        TagSymbolTable = 6,
        TagStringSize = 10,
        TagSoname = 14,
        TagRpath = 15,
        TagRunpath = 29;

    /// <summary><c>e_machine</c> of a target, whose architecture may name a level (<c>x86_64_v3</c>); -1 when it is not known.</summary>
    public static int MachineOf(TargetTriple target) =>
        target.Architecture.Split("_v")[0] switch
        {
            "x86_64" => 62,
            "aarch64" => 183,
            _ => -1,
        };

    /// <summary>Reads a shared object with its modules; false when it is no such file or its tables point outside of it.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static bool TryRead(SafeFileHandle handle, out ElfDynamic dynamic)
    {
        dynamic = new ElfDynamic(null, [], [], 0);
        try
        {
            var image = new ElfImage(handle);
            if (image.Type != TypeSharedObject)
                return false;
            var tags = image.DynamicTags();
            dynamic = Of(image, tags) with { InitializedModules = ModulesOf(image, tags) };
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>What an image says, without its modules.</summary>
    /// <exception cref="InvalidDataException">Its tables point outside of it.</exception>
    public static ElfDynamic Of(ElfImage image) => Of(image, image.DynamicTags());

    /// <summary>Where the names of an image's dynamic section lie; <c>null</c>: it has none.</summary>
    /// <exception cref="InvalidDataException">Its tables point outside of it.</exception>
    public static ElfTable? NamesOf(ElfImage image) => NamesOf(image, image.DynamicTags());

    private static ElfDynamic Of(ElfImage image, IReadOnlyList<ElfTag> tags)
    {
        var dynamic = new ElfDynamic(null, [], [], image.Machine);
        if (NamesOf(image, tags) is not { } names)
            return tags.Any(tag => tag.Tag is TagNeeded or TagSoname)
                ? throw new InvalidDataException("the file has names of libraries, and no table that they lie in")
                : dynamic;
        return dynamic with
        {
            Soname = Value(tags, TagSoname) is { } soname ? image.Text(names, soname) : null,
            Needed = [.. tags.Where(tag => tag.Tag == TagNeeded).Select(tag => image.Text(names, tag.Value))],
            SearchPath = (Value(tags, TagRunpath) ?? Value(tags, TagRpath)) is { } path ? image.Text(names, path) : "",
        };
    }

    private static ElfTable? NamesOf(ElfImage image, IReadOnlyList<ElfTag> tags) =>
        Value(tags, TagStringTable) is { } address
        && Value(tags, TagStringSize) is { } size
        && image.OffsetOf(address) is { } offset
        && image.Bytes.Holds(offset, size)
            ? new ElfTable(offset, size)
            : null;

    // The number of dynamic symbols stands in DT_HASH. Files with only DT_GNU_HASH do not say it, but in every linker's layout the string
    // table follows the symbol table, and each name is checked anyhow.
    private static IReadOnlyList<string> ModulesOf(ElfImage image, IReadOnlyList<ElfTag> tags)
    {
        if (
            NamesOf(image, tags) is not { } names
            || Value(tags, TagSymbolTable) is not { } symbols
            || image.OffsetOf(symbols) is not { } offset
        )
            return [];
        var distance = (ulong)(Value(tags, TagStringTable)!.Value - symbols);
        var count = SymbolCount(image, tags) ?? (long)(distance / InitFunctions.SymbolSize);
        return InitFunctions.Find(image.Bytes, (offset, count), names);
    }

    private static long? SymbolCount(ElfImage image, IReadOnlyList<ElfTag> tags) =>
        Value(tags, TagHash) is { } hash && image.OffsetOf(hash) is { } offset && image.Bytes.Holds(offset, 8)
            ? image.U32(offset + 4)
            : null;

    private static long? Value(IReadOnlyList<ElfTag> tags, long tag) =>
        tags.Where(entry => entry.Tag == tag).Select(entry => (long?)entry.Value).FirstOrDefault();
}
