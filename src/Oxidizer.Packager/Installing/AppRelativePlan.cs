using System.Buffers.Binary;
using Oxidizer.Cache;
using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Files;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Installing;

/// <summary>
/// Which files stand beside the product, with digest and size: an unchanged build has to know no more. For bytecode both come from the
/// cache, so that an unchanged build reads no code.
/// </summary>
internal sealed class AppRelativePlan
{
    private const int Version = 1,
        EntrySize = Sha256Digest.Size + sizeof(long);
    private readonly FileModes _modes = FileModes.Current();
    private readonly Dictionary<string, AppRelativeFile> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _links;
    private readonly int _optimizeLevel;
    private readonly Distribution _distribution;
    private readonly BuildContext _context;

    private AppRelativePlan(ResourceSet resources, int optimizeLevel, Distribution distribution, BuildContext context)
    {
        (_optimizeLevel, _distribution, _context) = (optimizeLevel, distribution, context);
        _links = resources.Links.Select(PlaceOf).OfType<string>().ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The files, by path; none unless a rule asks for it.</summary>
    /// <param name="optimizeLevel">The product's: the name of a bytecode file carries it, and CPython looks for that name.</param>
    /// <param name="distribution">Whose bytecode it is.</param>
    /// <param name="resources">All that was chosen.</param>
    /// <param name="code">The code of its modules.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="Diagnostics.BuildFailedException">A source is no longer what it was when it was compiled.</exception>
    public static IReadOnlyList<AppRelativeFile> Create(
        int optimizeLevel,
        Distribution distribution,
        ResourceSet resources,
        CompiledCode code,
        BuildContext context
    )
    {
        var plan = new AppRelativePlan(resources, optimizeLevel, distribution, context);
        // Modules first: of two files with one path, the one that is imported stays.
        foreach (var rule in resources.Modules.Where(module => module.Location.Folder is not null).GroupBy(module => module.Origin))
            plan.AddModules([.. rule.OrderBy(module => module.RelativePath, StringComparer.Ordinal)], code);
        foreach (var extension in resources.SharedExtensions)
            plan.Add(extension, extension.RelativePath, extension.File);
        foreach (var library in resources.SharedLibraries)
            plan.Add(library, library.RelativePath, library.File);
        foreach (var resource in resources.PackageResources)
            plan.Add(resource, resource.RelativePath, resource.File);
        foreach (var file in resources.PlainFiles)
            plan.Add(file, file.RelativePath, file.File);
        foreach (var distributionFolder in resources.PackageDistributions)
        {
            foreach (var file in distributionFolder.Files)
                plan.Add(distributionFolder, $"{distributionFolder.Folder}/{file.Name}", file.File);
        }
        foreach (var link in resources.Links)
        {
            if (PlaceOf(link) is { } place)
                plan._files.Add(place, AppRelativeFile.Link(place, link.Target));
        }
        return [.. plan._files.Values.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    private void AddModules(List<ModuleSource> modules, CompiledCode code)
    {
        var table = Describe(modules, code);
        for (var index = 0; index < modules.Count; index++)
        {
            var module = modules[index];
            if (code.HasSource(module))
                Add(module, module.RelativePath, module.File);
            if (!code.HasCode(module))
                continue;
            var name = module.IncludeSource
                ? PycFile.BesideSource(module.RelativePath, _distribution.CacheTag, _optimizeLevel)
                : PycFile.WithoutSource(module.RelativePath);
            // As Python itself: it passes over such a name in silence, and compiles the source at each start.
            if (module.IncludeSource && PycFile.IsTooLong(name))
                continue;
            var entry = table.AsSpan(index * EntrySize, EntrySize);
            Add(
                new AppRelativeFile(
                    $"{module.Location.Folder}/{name}",
                    new Sha256Digest(entry[..Sha256Digest.Size]),
                    BinaryPrimitives.ReadInt64LittleEndian(entry[Sha256Digest.Size..]),
                    _modes.Data,
                    module.File,
                    module
                )
            );
        }
    }

    // Programs are among the resources of packages, and are started from there; what is imported needs no such permission.
    private void Add(Resource resource, string path, ResourceFile file)
    {
        if (resource.Location.Folder is not { } folder)
            return;
        var isProgram = resource is PackageResource or PlainFile && file.IsExecutable;
        Add(new AppRelativeFile($"{folder}/{path}", file.Digest, file.Size, isProgram ? _modes.Program : _modes.Data, file));
    }

    private void Add(AppRelativeFile file)
    {
        // Names come from folders on the disk and from wheels, both checked; this is the last place where a mistake there could write
        // elsewhere.
        if (file.Path.Split('/').Any(part => part is "" or "." or ".."))
            throw new InvalidOperationException($"the file `{file.Path}` would leave its folder; please report this");
        if (!IsReachedByLink(file.Path))
            _files.TryAdd(file.Path, file);
    }

    // It is there already, where the link leads.
    private bool IsReachedByLink(string path)
    {
        for (var end = path.Length; _links.Count > 0 && end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (_links.Contains(path[..end]))
                return true;
        }
        return false;
    }

    private static string? PlaceOf(FileLink link) => link.Location.Folder is { } folder ? $"{folder}/{link.RelativePath}" : null;

    private byte[] Describe(List<ModuleSource> modules, CompiledCode code)
    {
        var key = new ActionKeyBuilder("bytecode_files", Version).Add("segment", new CodeKeys(code.Python).Segment(modules).Digest).Build();
        byte[]? made = null;
        var record = _context
            .Cache.GetOrAdd(
                key,
                modules[0].Origin.Words,
                () =>
                {
                    made = Digests(modules, code);
                    return [new ActionOutput("digests", _context.Cache.Store(made), made.Length)];
                },
                _context.Cancellation
            )
            .Record;
        made ??= _context.Cache.TryRead(record.Outputs[0].Digest);
        return made is { } table && table.Length == modules.Count * EntrySize ? table : Digests(modules, code);
    }

    private byte[] Digests(List<ModuleSource> modules, CompiledCode code)
    {
        var table = new byte[modules.Count * EntrySize];
        using var content = new AppRelativeContent(code, _distribution);
        for (var index = 0; index < modules.Count; index++)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            if (!code.HasCode(modules[index]))
                continue;
            var bytes = content.Bytecode(modules[index]);
            Sha256Digest.Of(bytes).CopyTo(table.AsSpan(index * EntrySize));
            BinaryPrimitives.WriteInt64LittleEndian(table.AsSpan(index * EntrySize + Sha256Digest.Size), bytes.Length);
        }
        return table;
    }
}
