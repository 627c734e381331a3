using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Runtime;

namespace Oxidizer.Packager.Native;

/// <summary>
/// Compiles the runtime's C files and <c>config.c</c>, each as one action. A key has the source, the headers that the compiler read the
/// last time that this source was compiled (its dependency list), the flags and the compiler; a key that names headers by content finds its
/// object again when a header is changed and changed back.
/// </summary>
internal static class CompileObjects
{
    // 2: what stands behind the compiler's name, files that flags name, and headers before others on the search path are in the key.
    private const int Version = 2;
    private static readonly string[] s_flags =
    [
        "-std=c11",
        "-O2",
        "-fvisibility=hidden",
        "-fno-semantic-interposition",
        "-ffunction-sections",
        "-fdata-sections",
        "-fstack-protector-strong",
        "-D_FORTIFY_SOURCE=2",
        "-D_GNU_SOURCE",
        "-DNDEBUG",
    ];

    /// <summary>Compiles everything that a product links besides the distribution. Objects of unchanged sources come from the cache, and no
    /// program is started for them.</summary>
    /// <param name="sources">The runtime's C files and headers.</param>
    /// <param name="inittab">The text of <c>config.c</c>.</param>
    /// <param name="distribution">Brings the headers.</param>
    /// <param name="toolchain">Brings the compiler.</param>
    /// <param name="context">The build.</param>
    /// <param name="output">A library's objects may go into any image, and it has no <c>main</c>; an executable is no host.</param>
    /// <param name="decoder">What unpacks; <c>null</c>: nothing is compressed.</param>
    /// <param name="virtualFiles">Whether paths of packed files can be opened.</param>
    /// <exception cref="BuildFailedException">The compiler refused a source; every such source is named.</exception>
    public static IReadOnlyList<ObjectFile> Compile(
        IReadOnlyList<RuntimeSource> sources,
        string inittab,
        Distribution distribution,
        Toolchain toolchain,
        BuildContext context,
        ProductOutput output = ProductOutput.Executable,
        Decoder? decoder = null,
        bool virtualFiles = true
    )
    {
        // Twenty sources read the same eighty headers of the system: each is asked for once.
        var headers = new SearchPath(toolchain.Parts.HeaderFolders, isLink: false, context.Cache);
        var own = sources.ToDictionary(
            source => HeaderList.RuntimePrefix + source.Path,
            source => source.Digest.ToString(),
            StringComparer.Ordinal
        );
        var folder = new Lazy<string>(() => WriteSources(sources, inittab, context));
        var position = output == ProductOutput.Executable ? "-fPIE" : "-fPIC";
        string[] wrapped = FileFunctions.AreWrapped(output, toolchain) ? ["-DPYEMBED_FILES_WRAPPED"] : [];
        var units = sources
            .Where(source => source.IsUnit && source.IsPartOf(output, (decoder ?? Decoder.None).Codec, virtualFiles))
            .Select(source => new Unit(source.Path, source.Digest, source.IsOfFiles ? [position, .. wrapped] : [position]))
            .Append(new Unit("config.c", Sha256Digest.Of(inittab), [position, .. distribution.InittabCFlags]))
            .ToList();
        var objects = new ObjectFile[units.Count];
        Parallel.For(
            0,
            units.Count,
            new ParallelOptions { MaxDegreeOfParallelism = context.Parallelism, CancellationToken = context.Cancellation },
            index => objects[index] = new UnitCompiler(units[index], own, headers, distribution, toolchain, context, folder).Run()
        );
        context.Diagnostics.ThrowIfErrors();
        return objects;
    }

    private static string WriteSources(IReadOnlyList<RuntimeSource> sources, string inittab, BuildContext context)
    {
        var folder = Path.Combine(context.WorkDirectory, "runtime");
        RuntimeSources.WriteTo(sources, folder);
        File.WriteAllText(Path.Combine(folder, "config.c"), inittab);
        return folder;
    }

    private sealed record Unit(string Path, Sha256Digest Digest, IReadOnlyList<string> Flags);

    private sealed class UnitCompiler(
        Unit unit,
        Dictionary<string, string> own,
        SearchPath headers,
        Distribution distribution,
        Toolchain toolchain,
        BuildContext context,
        Lazy<string> folder
    )
    {
        public ObjectFile Run()
        {
            try
            {
                var first = FirstPhaseKey();
                if (Known(first) is { } known && SecondPhaseKey(known) is var key && context.Cache.Find(key) is { } found)
                {
                    context.Actions.Reuse(key.Kind);
                    return new ObjectFile(unit.Path, found.Outputs[0].Digest);
                }
                // -M lists the headers without compiling, so that an object compiled by another checkout is found by its content. A list of
                // last time would not do: a header that was changed may include others, and then an object would stand under a key that
                // does not name them.
                var record = context.Run(SecondPhaseKey(Scan(first)), unit.Path, Compile);
                return new ObjectFile(unit.Path, record.Outputs[0].Digest);
            }
            catch (CompilerRefusedException refusal)
            {
                context.Diagnostics.Add(DiagnosticKinds.CompilerFailed, refusal.Message);
                return new ObjectFile(unit.Path, default);
            }
        }

        // The key under which the dependency list of last time is found: all that is known without reading a header.
        private ActionKey FirstPhaseKey() => AddCommon(new ActionKeyBuilder("object_headers", Version)).Build();

        private HeaderList? Known(ActionKey first) =>
            context.Cache.Find(first) is { } list && context.Cache.TryRead(list.Outputs[0].Digest) is { } bytes
                ? HeaderList.Read(bytes)
                : null;

        // A header that is gone has no digest: the key differs, and the compiler says what is wrong.
        private ActionKey SecondPhaseKey(HeaderList names)
        {
            var builder = AddCommon(new ActionKeyBuilder(ActionKinds.CompileObject, Version));
            foreach (var header in names.Names)
                builder.Add(header, own.GetValueOrDefault(header) ?? headers.StateOf(header));
            return builder.Build();
        }

        private ActionKeyBuilder AddCommon(ActionKeyBuilder builder)
        {
            toolchain.AddCompilerTo(
                builder
                    .Add("source", unit.Digest)
                    .Add("path", unit.Path)
                    .Add("flags", s_flags.Concat(unit.Flags).Concat(toolchain.CFlags))
                    .Add("distribution headers", distribution.ArchiveDigest)
                    .Add("target", distribution.Target.Value)
            );
            if (toolchain.Launcher is { } launcher)
                builder.Add("launcher", launcher.Digest).Add("launcher's variables", ChosenEnvironment.Launcher.Fields());
            return FlagFiles.AddTo(builder, toolchain.CFlags, context.Cache);
        }

        private HeaderList Scan(ActionKey first)
        {
            var result = ChildProcess.Run(toolchain.CompilerCommand([.. Arguments(), "-M", Source], launched: false), context.Cancellation);
            if (result.ExitCode != 0)
                throw Refusal(result);
            if (!result.Output.Contains(':', StringComparison.Ordinal))
                throw new CompilerRefusedException(
                    $"the C compiler `{toolchain.Compiler.Path}` ended well and listed no headers of `{unit.Path}` (`-M`); is it a C compiler? check [toolchain] cc and cflags"
                );
            var names = HeaderList.FromMakeRule(result.Output, folder.Value, distribution.Root);
            var bytes = names.Write();
            context.Cache.Add(
                new ActionRecord(first, unit.Path, [new ActionOutput("headers", context.Cache.Store(bytes), bytes.Length)], 0)
            );
            return names;
        }

        private IReadOnlyList<ActionOutput> Compile()
        {
            var output = Path.Combine(context.WorkDirectory, $"{unit.Path.Replace('/', '-')}.o");
            var result = ChildProcess.Run(
                toolchain.CompilerCommand([.. Arguments(), "-c", Source, "-o", output], launched: true),
                context.Cancellation
            );
            if (result.ExitCode != 0)
                throw Refusal(result);
            if (!File.Exists(output))
                throw new CompilerRefusedException(
                    $"the C compiler `{toolchain.Launcher?.Path ?? toolchain.Compiler.Path}` ended well and wrote no object of `{unit.Path}`; check [toolchain] cc, launcher and cflags"
                );
            var size = new FileInfo(output).Length;
            return [new ActionOutput("object", context.Cache.StoreFile(output, BlobTransfer.Move), size)];
        }

        private string Source => Path.Combine(folder.Value, unit.Path);

        private IEnumerable<string> Arguments() =>
            s_flags
                .Concat(unit.Flags)
                .Concat(toolchain.Sysroot is { } sysroot ? ["--sysroot=" + sysroot] : [])
                .Concat([
                    "-I" + Path.Combine(folder.Value, "pyembed"),
                    "-isystem",
                    distribution.PathOf(distribution.IncludeDirectory),
                    // No path of this machine may stand in an object: equal sources give equal objects in every checkout.
                    $"-ffile-prefix-map={folder.Value}=.",
                    $"-ffile-prefix-map={distribution.Root}=python",
                ])
                .Concat(toolchain.CFlags);

        private CompilerRefusedException Refusal(CommandResult result) =>
            new(
                $"the C compiler `{toolchain.Compiler.Path}` refused `{unit.Path}` (exit code {result.ExitCode}):\n{result.Error.TrimEnd()}\n"
                    + "check [toolchain] cc and cflags, and that the compiler's own headers are installed (`libc6-dev`)"
            );
    }

    private sealed class CompilerRefusedException(string message) : Exception(message);
}
