using Oxidizer.Cache;
using Oxidizer.Packager;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Runtime;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>What a compilation reads beside its source: each of these is changed, one after the other, and the objects are compiled again,
/// once. Two sources stand for all.</summary>
public sealed class StaleObjectTests : IDisposable
{
    private static readonly Lazy<Distribution> s_distribution = new(DistributionArchive.Unpacked311);
    private static readonly RuntimeSource[] s_sources =
    [
        .. RuntimeSources.All.Where(source => !source.IsUnit || source.Path == "pyembed/reader/location.c"),
    ];

    private readonly Workspace _workspace = new();
    private readonly LiteDbCache _cache;

    public StaleObjectTests() => _cache = LiteDbCache.Open(new CacheSettings(_workspace["cache"]));

    public void Dispose()
    {
        _cache.Dispose();
        _workspace.Dispose();
    }

    [Fact]
    public void An_object_is_compiled_again_for_each_thing_that_its_compilation_reads()
    {
        _workspace.Write("flags", "-DONE=1").Write("before/unrelated.h", "").Write("forced.h", "/* one */\n");
        _workspace.WriteProgram("programs/as", "#!/bin/sh\nexec as \"$@\"\n").WriteProgram("launcher", "#!/bin/sh\nexec \"$@\"\n");
        var table = new ToolchainTable
        {
            CFlags =
            [
                $"@{_workspace["flags"]}",
                $"-B{_workspace["programs"]}/",
                "-isystem",
                _workspace["before"],
                "-include",
                _workspace["forced.h"],
            ],
            Launcher = _workspace["launcher"],
        };
        Compile(table);
        (string What, Action Change)[] changes =
        [
            ("the content of a file that `@` names", () => _workspace.Write("flags", "-DONE=2")),
            ("a header", () => _workspace.Write("forced.h", "/* two */\n")),
            ("a header that stands before another", () => _workspace.Write("before/string.h", "#include_next <string.h>\n")),
            ("the assembler", () => _workspace.WriteProgram("programs/as", "#!/bin/sh\n# another\nexec as \"$@\"\n")),
            ("the launcher", () => _workspace.WriteProgram("launcher", "#!/bin/sh\n# another\nexec \"$@\"\n")),
        ];
        foreach (var (what, change) in changes)
        {
            change();
            Assert.True(Compile(table).Objects > 0, $"nothing was compiled for {what}");
            Assert.Equal((what, 0, 0), (what, Compile(table).Objects, Compile(table).Programs));
        }
    }

    [Fact]
    public void A_header_that_was_changed_to_include_another_is_compiled_once_and_follows_the_other()
    {
        const string plain = "/* plain */\n",
            including = "#include \"inner.h\"\n";
        var table = new ToolchainTable { CFlags = ["-include", _workspace["forced.h"]] };
        _workspace.Write("inner.h", "/* one */\n").Write("forced.h", plain);
        Compile(table);
        _workspace.Write("forced.h", including);
        Assert.Equal((2, 0), (Compile(table).Objects, Compile(table).Programs));
        // The object of then does not stand under a key that knows nothing of the inner header.
        _workspace.Write("forced.h", plain);
        Assert.Equal(0, Compile(table).Objects);
        _workspace.Write("inner.h", "/* two */\n").Write("forced.h", including);
        Assert.Equal(2, Compile(table).Objects);
    }

    private (int Objects, int Programs) Compile(ToolchainTable table)
    {
        var processes = ChildProcess.CountFromHere();
        var context = new BuildContext(
            new SilentLog(),
            _cache,
            new DiagnosticBag(),
            new ActionLedger(),
            _workspace.EmptyFolder(),
            2,
            CancellationToken.None
        );
        CompileObjects.Compile(
            s_sources,
            "#include <string.h>\nint oxidizer_inittab;\n",
            s_distribution.Value,
            Toolchain.Find(table, context),
            context
        );
        return (context.Actions.Counts[ActionKinds.CompileObject].Executed, processes.Count);
    }
}
