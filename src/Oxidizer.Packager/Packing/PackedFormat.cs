using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packing;

/// <summary>The sections of a blob, in the order of the header.</summary>
internal enum PackedSection
{
    /// <summary>Modules, in import order.</summary>
    Modules,

    /// <summary>Hash table of module names.</summary>
    ModuleHash,

    /// <summary>Module indexes, by name.</summary>
    ModuleOrder,

    /// <summary>Package resources, a run a package.</summary>
    Resources,

    /// <summary>Library indexes, a run a module or library.</summary>
    Dependencies,

    /// <summary>Package distributions.</summary>
    Distributions,

    /// <summary>Their files, a run a distribution.</summary>
    DistributionFiles,

    /// <summary>Shared libraries, by SONAME.</summary>
    SharedLibraries,

    /// <summary>What the product starts with.</summary>
    Settings,

    /// <summary>Indexes of the modules that are imported before the finder stands.</summary>
    Boot,

    /// <summary>Bytes of names.</summary>
    Strings,

    /// <summary>Bytes of everything else.</summary>
    Data,
}

/// <summary>How bytes are stored.</summary>
internal enum PackedCodec
{
    /// <summary>As they are.</summary>
    None = 0,

    /// <summary>A zlib stream (RFC 1950).</summary>
    Zlib = 1,

    /// <summary>A Zstandard frame (RFC 8878).</summary>
    Zstd = 2,
}

/// <summary>The bits of a module's or a resource's flags.</summary>
[Flags]
internal enum PackedFlags : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A package.</summary>
    Package = 1 << 0,

    /// <summary>A namespace package.</summary>
    Namespace = 1 << 1,

    /// <summary>An extension module that is linked in.</summary>
    BuiltinExtension = 1 << 2,

    /// <summary>A shared extension module.</summary>
    SharedExtension = 1 << 3,

    /// <summary>Imported when it is first used.</summary>
    Lazy = 1 << 4,

    /// <summary>Lives in the filesystem.</summary>
    Filesystem = 1 << 5,

    /// <summary>The product starts with it.</summary>
    Main = 1 << 6,

    /// <summary>Of a file: somebody may run it.</summary>
    Executable = 1 << 7,

    /// <summary>Of an entry that is no module: a folder with nothing in it.</summary>
    EmptyFolder = 1 << 0,

    /// <summary>Of a plain file: a symbolic link, with or without the bytes that it leads to.</summary>
    Link = 1 << 1,
}

/// <summary>
/// The numbers of the packed-resources blob, version 3; docs/formats/packed-resources.md has the drawings, and a test compares the two.
/// </summary>
internal static class PackedFormat
{
    /// <summary>The version of the format; the history stands in the document.</summary>
    public const int Version = 3;

    /// <summary>Size of the header.</summary>
    public const int HeaderSize = 256;

    /// <summary>Where in the header the number of plain files stands: entries at the end of the resources that belong to no
    /// package.</summary>
    public const int PlainFilesOffset = 56;

    /// <summary>The owner of a plain file.</summary>
    public const uint NoOwner = uint.MaxValue;

    /// <summary>Where in the header the sections begin.</summary>
    public const int SectionsOffset = 64;

    /// <summary>Size of a section in the header.</summary>
    public const int SectionSize = 16;

    /// <summary>Number of sections.</summary>
    public const int SectionCount = 12;

    /// <summary>Where in the header the digest stands.</summary>
    public const int DigestOffset = 24;

    /// <summary>The blob's own alignment, and that of libraries in it.</summary>
    public const int PageSize = 4096;

    /// <summary>Alignment of stored bytes, and of sections.</summary>
    public const int ItemAlignment = 16;

    /// <summary>Size of a module.</summary>
    public const int ModuleSize = 96;

    /// <summary>Size of a resource, a distribution's file, a shared library.</summary>
    public const int FileSize = 64;

    /// <summary>Size of a distribution.</summary>
    public const int DistributionSize = 48;

    /// <summary>Size of a setting.</summary>
    public const int SettingSize = 16;

    /// <summary>A link's target is shorter than this, in bytes, as Linux has it.</summary>
    public const int MaxLink = 4096;

    /// <summary>Names are shorter than this.</summary>
    public const int MaxName = 64 * 1024;

    /// <summary>A blob is smaller than this, as each of its files.</summary>
    public const long MaxSize = ResourceFile.MaxSize;

    /// <summary>Bit of the optimisation level.</summary>
    public const int LevelShift = 8;

    /// <summary>Bit of the code's codec in a module, and of a file's.</summary>
    public const int CodeCodecShift = 12;

    /// <summary>Bit of the source's codec.</summary>
    public const int SourceCodecShift = 16;

    /// <summary>Bit of the library's codec.</summary>
    public const int LibraryCodecShift = 20;

    /// <summary><c>89 4F 58 49 52 45 53 0A</c>: the first byte keeps it from being text, the last finds a transfer that changed line
    /// ends.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'O', (byte)'X', (byte)'I', (byte)'R', (byte)'E', (byte)'S', (byte)'\n'];

    /// <summary>Size of an entry of a section.</summary>
    public static int EntrySize(PackedSection section) =>
        section switch
        {
            PackedSection.Modules => ModuleSize,
            PackedSection.ModuleHash => 8,
            PackedSection.ModuleOrder or PackedSection.Dependencies or PackedSection.Boot => 4,
            PackedSection.Resources or PackedSection.DistributionFiles or PackedSection.SharedLibraries => FileSize,
            PackedSection.Distributions => DistributionSize,
            PackedSection.Settings => SettingSize,
            _ => 1,
        };

    /// <summary>FNV-1a, 32 bits.</summary>
    public static uint Hash(ReadOnlySpan<byte> name)
    {
        var hash = 2166136261u;
        foreach (var b in name)
            hash = unchecked((hash ^ b) * 16777619u);
        return hash;
    }

    /// <summary>The next multiple of <paramref name="alignment"/>, a power of two.</summary>
    public static long Align(long offset, int alignment) => (offset + alignment - 1) & -alignment;
}
