using Oxidizer.Packager;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>
/// What compilers, linkers and archivers read beside what the configuration says. For each action one test changes each of these, one after
/// the other, and expects it to run
/// for it, and not again. What the other actions read is in IncrementalTests, IncrementalSettingTests and IncrementalToolchainTests.
/// </summary>
[Collection("private cache")]
public sealed class StaleInputTests(PrivateCache cache) : IDisposable
{
    private readonly Workspace _workspace = cache.NewWorkspace();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_runtime_is_linked_again_for_each_thing_that_its_link_reads()
    {
        Compile("extra", "const char extra[] = \"one\";");
        Compile("member", "int oxidizer_member = 1;");
        Archive("libs/libmember.a", "member.o");
        Directory.CreateDirectory(_workspace["before"]);
        _workspace.Write("inner", "-Wl,-z,nodelete").Write("dynamic", "{ extra; };\n");
        Toolchain(
            $"ldflags = [\"{_workspace["extra.o"]}\", \"@{_workspace["inner"]}\", \"-Wl,--dynamic-list={_workspace["dynamic"]}\", \"-L{_workspace["before"]}\", \"-L{_workspace["libs"]}\", \"-lmember\"]"
        );
        AssertRuns(
            ActionKinds.Link,
            [
                ("an object", () => Compile("extra", "const char extra[] = \"two\";")),
                ("the content of a file that `@` names", () => _workspace.Write("inner", "-Wl,-z,nodlopen")),
                ("a list of symbols", () => _workspace.Write("dynamic", "{ extra; oxidizer_member; };\n")),
                (
                    "an archive that `-l` finds",
                    () =>
                    {
                        Compile("member", "int oxidizer_member = 2;");
                        Archive("libs/libmember.a", "member.o");
                    }
                ),
                ("an archive that stands before another", () => Archive("before/libmember.a", "member.o")),
            ]
        );
    }

    [Fact]
    public void A_static_runtime_is_linked_again_when_the_system_s_libc_changed_and_with_an_empty_one_not_at_all()
    {
        Directory.CreateDirectory(_workspace["system"]);
        foreach (var name in new[] { "libc.a", "crt1.o", "rcrt1.o" })
            File.Copy(Workspace.Run(new Command("cc", ["-print-file-name=" + name])).Output.Trim(), _workspace["system/" + name]);
        Compile("fix", "int oxidizer_security_update = 1;");
        Toolchain($"static = true\nldflags = [\"-B{_workspace["system"]}/\", \"-L{_workspace["system"]}\"]");
        AssertRuns(
            ActionKinds.Link,
            [
                ("libc.a", () => Archive("system/libc.a", "fix.o")),
                (
                    "a start file",
                    () =>
                        Assert.Equal(
                            0,
                            Workspace
                                .Run(
                                    new Command(
                                        "objcopy",
                                        ["--add-section", $".note.changed={_workspace["fix.o"]}", _workspace["system/rcrt1.o"]]
                                    )
                                )
                                .ExitCode
                        )
                ),
            ]
        );
        _workspace.Write("system/libc.a", "!<arch>\n");
        Assert.Contains("error OXI0701", Assert.Throws<BuildFailedException>(() => _workspace.Build()).Message);
    }

    [Fact]
    public void A_library_is_made_again_when_a_program_that_makes_it_changed()
    {
        _workspace.WriteProgram("archiver", "#!/bin/sh\nexec ar \"$@\"\n").WriteProgram("programs/as", "#!/bin/sh\nexec as \"$@\"\n");
        var text = File.ReadAllText(_workspace["oxidizer.toml"])
            .Replace("[build]", "[build]\noutput = \"static-library\"", StringComparison.Ordinal);
        _workspace.Write("oxidizer.toml", text);
        Toolchain($"ar = \"{_workspace["archiver"]}\"\ncflags = [\"-B{_workspace["programs"]}/\"]");
        AssertRuns(
            ActionKinds.Link,
            [
                ("the archiver", () => _workspace.WriteProgram("archiver", "#!/bin/sh\n# another\nexec ar \"$@\"\n")),
                ("the assembler", () => _workspace.WriteProgram("programs/as", "#!/bin/sh\n# another\nexec as \"$@\"\n")),
            ]
        );
    }

    [Theory]
    [InlineData("cc = \"/bin/true\"", "error OXI0503: the C compiler `/bin/true` ended well and listed no headers of `")]
    [InlineData(
        "launcher = \"/bin/true\"\ncflags = [\"-DA_LAUNCHER_THAT_DOES_NOTHING\"]",
        "error OXI0503: the C compiler `/bin/true` ended well and wrote no object of `"
    )]
    [InlineData(
        "launcher = \"no-such-launcher\"",
        "error OXI0510: the program `no-such-launcher` of [toolchain] launcher is not there; name one that is, or drop the key"
    )]
    [InlineData(
        "ar = \"/nowhere/ar\"",
        "error OXI0510: the program `/nowhere/ar` of [toolchain] ar is not there; name one that is, or drop the key"
    )]
    [InlineData("ldflags = [\"-Wl,--version\"]", "ended well and wrote no file for the runtime:\nGNU ld")]
    [InlineData("ldflags = [\"-Wl,-r\", \"-no-pie\"]", "error OXI0701: ")]
    public void A_toolchain_that_does_nothing_or_is_not_there_is_a_mistake_with_a_way_out(string toolchain, string words)
    {
        Toolchain(toolchain);
        var message = Assert.Throws<BuildFailedException>(() => _workspace.Build()).Message;
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.Contains("[toolchain]", message, StringComparison.Ordinal);
    }

    private void Toolchain(string settings) => File.AppendAllText(_workspace["oxidizer.toml"], $"[toolchain]\n{settings}\n");

    // Each change runs the action, and only once; no unchanged build starts a program.
    private void AssertRuns(string kind, (string What, Action Change)[] changes)
    {
        _workspace.Build();
        foreach (var (what, change) in changes)
        {
            change();
            Assert.True(_workspace.Build().Executed.Any(action => action.Kind == kind), $"{kind} did not run for {what}");
            var again = _workspace.Build();
            Assert.True(
                again.Executed.Count == 0 && again.ProcessesStarted == 0,
                $"{kind} ran twice for {what}: {string.Join(", ", again.Executed)}, {again.ProcessesStarted} programs"
            );
        }
    }

    private void Compile(string name, string text)
    {
        _workspace.Write($"{name}.c", text + "\n");
        Assert.Equal(0, Workspace.Run(new Command("cc", ["-fPIC", "-c", _workspace[$"{name}.c"], "-o", _workspace[$"{name}.o"]])).ExitCode);
    }

    private void Archive(string name, string member)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_workspace[name])!);
        Assert.Equal(0, Workspace.Run(new Command("ar", ["rcsD", _workspace[name], _workspace[member]])).ExitCode);
    }
}
