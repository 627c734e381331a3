using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Elf;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>Tells extension modules from libraries by their content. What each needs is found when all rules have brought theirs
/// (<c>LibraryClosure</c>).</summary>
internal static class SharedObjects
{
    private const int NamesInMessage = 3;

    /// <summary>Classifies a rule's shared objects.</summary>
    public static IEnumerable<Resource> Classify(IReadOnlyList<SharedObjectFile> files, RuleScope scope)
    {
        // Before they are looked at: what is for another machine is no mistake when it is left out.
        files =
        [
            .. files.Where(file => !scope.Excluded.Hold(file.ModuleName ?? ExcludedNames.NameOf(file.RelativePath), file.RelativePath)),
        ];
        var digests = FileDigests.Ask(files.Select(file => file.File), scope.Context.Cache);
        files =
        [
            .. files.Select(file =>
                digests.TryGetValue(file.File.Path, out var digest) ? file with { File = file.File with { Digest = digest } } : file
            ),
        ];
        var facts = SharedObjectFacts.Of([.. files.Select(file => file.File)], scope.Context);
        var resources = new List<Resource>();
        var libraries = new HashSet<string>(StringComparer.Ordinal);
        var unusable = new List<SharedObjectFile>();
        for (var index = 0; index < files.Count; index++)
        {
            var (file, elf) = (files[index], facts[index]);
            if (elf is null && file is { IsCertainModule: true, IsForeign: false })
                scope.Report(
                    DiagnosticKinds.SharedObjectUnusable,
                    $"`{file.File.Path}` is not an ELF shared object, or its tables do not lie in it; install the package again, or leave it out with `excludes`"
                );
            else if (elf is null || elf.Machine != ElfDynamic.MachineOf(scope.Distribution.Target))
            {
                unusable.Add(file);
                resources.Add(Plain(file, scope));
            }
            else if (
                file.ModuleName is { } name
                && (file.IsCertainModule || elf.InitializedModules.Contains(name[(name.LastIndexOf('.') + 1)..]))
            )
                resources.Add(new SharedExtension(name, file.IsPackage, file.RelativePath, file.File, [], scope.Origin, scope.Location));
            else if (libraries.Add(elf.Soname ?? Path.GetFileName(file.RelativePath)))
                resources.Add(
                    new SharedLibraryResource(
                        elf.Soname ?? Path.GetFileName(file.RelativePath),
                        file.File,
                        [],
                        file.RelativePath,
                        scope.Origin,
                        scope.Location
                    )
                );
            else
                resources.Add(Plain(file, scope));
        }
        WarnOfForeign(files.Where(file => file.IsForeign).Except(unusable), scope);
        WarnOfUnusable(unusable, scope);
        return resources;
    }

    // As it is on the disk: a file, for what opens it or ships it.
    private static PlainFile Plain(SharedObjectFile file, RuleScope scope) =>
        new(file.RelativePath, file.File, scope.Origin, scope.Location);

    private static void WarnOfUnusable(List<SharedObjectFile> files, RuleScope scope)
    {
        if (files.Count == 0)
            return;
        var some =
            string.Join(", ", files.Take(NamesInMessage).Select(file => $"`{file.File.Path}`"))
            + (files.Count > NamesInMessage ? $" and {files.Count - NamesInMessage} more" : "");
        scope.Report(
            DiagnosticKinds.SharedObjectForeign,
            $"{some} of {scope.Origin}: no ELF shared object for `{scope.Distribution.Target}`; packed as a file that nothing loads: leave it out with `excludes` if nothing reads it"
        );
    }

    // It is packed nevertheless, so that an import says what is wrong instead of `No module named`.
    private static void WarnOfForeign(IEnumerable<SharedObjectFile> files, RuleScope scope)
    {
        foreach (var file in files)
            scope.Report(
                DiagnosticKinds.ExtensionForAnotherPython,
                $"the extension module `{file.ModuleName}` is there for another Python only (`{Path.GetFileName(file.RelativePath)}`), and the distribution takes "
                    + $"`*{scope.Distribution.ExtensionSuffixes[0]}`; its import will fail: install the package for Python {scope.Distribution.MajorMinor}, or leave it out with `excludes`"
            );
    }
}
