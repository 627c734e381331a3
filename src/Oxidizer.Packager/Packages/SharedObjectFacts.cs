using System.Text;
using Oxidizer.Cache;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Elf;
using Oxidizer.Packager.Resources;

namespace Oxidizer.Packager.Packages;

/// <summary>What <see cref="ElfDynamic"/> reads of files, kept by their digests, so that an unchanged build reads none of them.</summary>
internal static class SharedObjectFacts
{
    private const int Version = 3;

    /// <summary>The facts of each file, in order; <c>null</c> for one that is no shared object.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ElfDynamic?[] Of(IReadOnlyList<ResourceFile> files, BuildContext context)
    {
        if (files.Count == 0)
            return [];
        var key = new ActionKeyBuilder("elf_dynamic", Version).Add("files", DigestList.Of(files.Select(file => file.Digest))).Build();
        var known =
            context.Cache.Find(key) is { } record && context.Cache.TryRead(record.Outputs[0].Digest) is { } bytes
                ? Read(bytes, files.Count)
                : null;
        if (known is not null)
            return known;
        var facts = files.Select(file => Read(file.Path, context)).ToArray();
        var content = Write(facts);
        context.Cache.Add(
            new ActionRecord(
                key,
                $"{files.Count} shared objects",
                [new ActionOutput("facts", context.Cache.Store(content), content.Length)],
                0
            )
        );
        return facts;
    }

    // Not the whole file: a library may have gigabytes, and its tables a few kilobytes.
    private static ElfDynamic? Read(string path, BuildContext context)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        using var handle = RegularFile.Open(path);
        return ElfDynamic.TryRead(handle, out var elf) ? elf : null;
    }

    // A line a file: machine, SONAME, needed, modules, search path; tabs between them, spaces within lists.
    private static byte[] Write(ElfDynamic?[] facts) =>
        Encoding.UTF8.GetBytes(
            string.Join(
                '\n',
                facts.Select(elf =>
                    elf is null
                        ? "-"
                        : string.Join(
                            '\t',
                            elf.Machine,
                            elf.Soname,
                            string.Join(' ', elf.Needed),
                            string.Join(' ', elf.InitializedModules),
                            elf.SearchPath.ReplaceLineEndings("").Replace('\t', ' ')
                        )
                )
            )
        );

    private static ElfDynamic?[]? Read(byte[] bytes, int count)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        if (lines.Length != count)
            return null;
        return
        [
            .. lines
                .Select(line => line.Split('\t'))
                .Select(parts =>
                    parts.Length == 5 && int.TryParse(parts[0], out var machine)
                        ? new ElfDynamic(parts[1].Length > 0 ? parts[1] : null, Words(parts[2]), Words(parts[3]), machine, parts[4])
                        : null
                ),
        ];
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
