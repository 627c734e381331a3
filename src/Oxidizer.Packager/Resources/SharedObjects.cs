using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Resources;

/// <summary>
/// Tells extension modules from libraries by their content, and finds which libraries among the resources each needs. What was read of a file
/// is kept by its digest, so that an unchanged build reads none of them.
/// </summary>
internal static class SharedObjects
{
    private const int Version = 1;

    /// <summary>Classifies a rule's shared objects.</summary>
    public static IEnumerable<Resource> Classify(IReadOnlyList<SharedObjectFile> files, RuleScope scope)
    {
        if (files.Count == 0)
            return [];
        files = FileDigests.Fill(files, scope.Context.Cache);
        var facts = Facts(files, scope.Context);
        var libraries = new Dictionary<string, (SharedObjectFile File, ElfDynamic Elf)>(StringComparer.Ordinal);
        var modules = new List<(SharedObjectFile File, ElfDynamic Elf)>();
        for (var index = 0; index < files.Count; index++)
        {
            var (file, elf) = (files[index], facts[index]);
            if (elf is null || elf.Machine != MachineOf(scope.Distribution.Target))
                scope.Report(DiagnosticKinds.SharedObjectUnusable,
                    $"`{file.File.Path}` is no ELF shared object for `{scope.Distribution.Target}`; install the package for that platform, or leave it out with `excludes`");
            else if (file.ModuleName is { } name && (file.IsCertainModule || elf.InitializedModules.Contains(name[(name.LastIndexOf('.') + 1)..])))
                modules.Add((file, elf));
            else
                libraries.TryAdd(elf.Soname ?? Path.GetFileName(file.RelativePath), (file, elf));
        }
        return modules
            .Select(module => (Resource)new SharedExtension(module.File.ModuleName!, module.File.IsPackage, module.File.RelativePath, module.File.File,
                LoadingOrder(module.Elf, libraries), scope.Origin, scope.Location))
            .Concat(libraries.Select(library => new SharedLibraryResource(library.Key, library.Value.File.File,
                LoadingOrder(library.Value.Elf, libraries, library.Key), library.Value.File.RelativePath, scope.Origin, scope.Location)));
    }

    /// <summary>Libraries that <paramref name="elf"/> needs, those that they need themselves first; a circle is cut where it closes.</summary>
    private static List<string> LoadingOrder(ElfDynamic elf, Dictionary<string, (SharedObjectFile File, ElfDynamic Elf)> libraries, string? self = null)
    {
        var order = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (self is not null)
            seen.Add(self);
        Visit(elf);
        return order;

        void Visit(ElfDynamic current)
        {
            foreach (var name in current.Needed.Where(name => libraries.ContainsKey(name) && seen.Add(name)))
            {
                Visit(libraries[name].Elf);
                order.Add(name);
            }
        }
    }

    private static int MachineOf(TargetTriple target) => target.Architecture switch { "x86_64" => 62, "aarch64" => 183, _ => -1 };

    private static ElfDynamic?[] Facts(IReadOnlyList<SharedObjectFile> files, BuildContext context)
    {
        var key = new ActionKeyBuilder("elf_dynamic", Version).Add("files", DigestList.Of(files.Select(file => file.File.Digest))).Build();
        var known = context.Cache.Find(key) is { } record && context.Cache.TryRead(record.Outputs[0].Digest) is { } bytes ? Read(bytes, files.Count) : null;
        if (known is not null)
            return known;
        var facts = files.Select(file => ElfDynamic.TryRead(File.ReadAllBytes(file.File.Path), out var elf) ? elf : null).ToArray();
        var content = Write(facts);
        context.Cache.Add(new ActionRecord(key, $"{files.Count} shared objects", [new ActionOutput("facts", context.Cache.Store(content), content.Length)], 0));
        return facts;
    }

    // A line a file: machine, SONAME, needed, modules; tabs between them, spaces within.
    private static byte[] Write(ElfDynamic?[] facts) => Encoding.UTF8.GetBytes(string.Join('\n', facts.Select(elf => elf is null ? "-" : string.Join('\t',
        elf.Machine, elf.Soname, string.Join(' ', elf.Needed), string.Join(' ', elf.InitializedModules)))));

    private static ElfDynamic?[]? Read(byte[] bytes, int count)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        if (lines.Length != count)
            return null;
        return [.. lines.Select(line => line.Split('\t')).Select(parts => parts.Length == 4 && int.TryParse(parts[0], out var machine)
            ? new ElfDynamic(parts[1].Length > 0 ? parts[1] : null, Words(parts[2]), Words(parts[3]), machine)
            : null)];
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
