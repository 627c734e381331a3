using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Programs;
using Oxidizer.Packager.Tests.Configuration;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Native;

/// <summary>What programs of the machine answered: each thing that an answer depends on is changed alone, and the program is asked again,
/// once.</summary>
[Collection(nameof(ProcessEnvironment))]
public sealed class StaleAnswerTests : IDisposable
{
    private readonly TestBuild _build = new();
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        _build.Dispose();
    }

    [Theory]
    [InlineData("another file", "bin/tool", "#!/bin/sh\necho tool 2\n", "tool 2", true)]
    [InlineData("another folder", "other/tool", "#!/bin/sh\necho ${0##*/} 1\n", "tool 1", false)]
    // As `ccache` and `busybox` do, whose links are one file.
    [InlineData("another name", "bin/gadget", "#!/bin/sh\necho ${0##*/} 1\n", "gadget 1", true)]
    public void A_program_is_asked_for_its_version_again_for_another_file_or_name(
        string what,
        string name,
        string text,
        string version,
        bool asked
    )
    {
        WriteProgram("bin/tool", "#!/bin/sh\necho ${0##*/} 1\n");
        Assert.Equal(("tool 1", 1), Version("bin/tool"));
        Assert.Equal(("tool 1", 0), Version("bin/tool"));
        WriteProgram(name, text);
        var (answer, processes) = Version(name);
        Assert.Equal((what, version, asked ? 1 : 0), (what, answer, processes));
        Assert.Equal((version, 0), Version(name));
    }

    [Theory]
    [InlineData("the compiler", true)]
    [InlineData("its path", true)]
    [InlineData("the linker", true)]
    [InlineData("a flag", true)]
    [InlineData("the content of a file that a flag names", true)]
    [InlineData("the assembler", true)]
    [InlineData("the search path", true)]
    [InlineData("nothing", false)]
    public void A_compiler_is_asked_for_its_parts_again_for_each_thing_that_its_answer_depends_on(string what, bool asked)
    {
        WriteProgram("cc", "#!/bin/sh\nexec cc \"$@\"\n");
        WriteProgram("as", "#!/bin/sh\nexec as \"$@\"\n");
        _build.Write("flags", "-DONE=1");
        Assert.True(Ask("") > 0);
        Assert.Equal(0, Ask(""));
        switch (what)
        {
            case "the compiler":
                WriteProgram("cc", "#!/bin/sh\n# another\nexec cc \"$@\"\n");
                break;
            case "its path":
                WriteProgram("elsewhere/cc", "#!/bin/sh\nexec cc \"$@\"\n");
                break;
            case "the assembler":
                WriteProgram("as", "#!/bin/sh\n# another\nexec as \"$@\"\n");
                break;
            case "the search path":
                Environment.SetEnvironmentVariable("PATH", $"{_path}:{_build.Folder}");
                break;
            case "the content of a file that a flag names":
                _build.Write("flags", "-DONE=2");
                break;
        }
        Assert.Equal((what, asked), (what, Ask(what) > 0));
        Assert.Equal(0, Ask(what));
        Assert.Empty(
            Fields.OfParameters(typeof(CompilerParts), "Find").Except(["Find.compiler", "Find.linker", "Find.flags", "Find.context"])
        );

        int Ask(string changed)
        {
            var context = _build.Context();
            var path = _build[changed == "its path" ? "elsewhere/cc" : "cc"];
            // Not asked for its version, so that only the questions about its parts are counted.
            var compiler = new Tool(path, context.Cache.DigestFile(path), "cc 1");
            string[] flags = [$"-B{_build.Folder}/", $"@{_build["flags"]}", .. changed == "a flag" ? ["-DTWO"] : (string[])[]];
            var processes = ChildProcess.CountFromHere();
            CompilerParts.Find(compiler, changed == "the linker" ? "ld.bfd" : "ld", flags, context);
            context.Cache.Flush();
            return processes.Count;
        }
    }

    [Fact]
    public void A_linker_is_asked_whether_it_lists_what_it_read_again_when_it_changed()
    {
        WriteProgram("ld", "#!/bin/sh\necho --dependency-file\n");
        Assert.Equal((true, 1), Writes());
        Assert.Equal((true, 0), Writes());
        WriteProgram("ld", "#!/bin/sh\necho --trace\n");
        Assert.Equal((false, 1), Writes());
        Assert.Equal((false, 0), Writes());

        (bool, int) Writes()
        {
            var context = _build.Context();
            var linker = new Tool(_build["ld"], context.Cache.DigestFile(_build["ld"]), "ld 1");
            var processes = ChildProcess.CountFromHere();
            var writes = Toolchain.WritesDependencyFiles(linker, context);
            context.Cache.Flush();
            return (writes, processes.Count);
        }
    }

    [Fact]
    public void The_machine_s_library_is_looked_at_again_when_it_changed_and_one_in_another_folder_is_known()
    {
        Archive("first", "int one = 1;");
        Archive("second", "int one = 1;");
        Assert.Equal((1, 0, 0), (Find("first"), Find("first"), Find("second")));
        Archive("first", "int one = 2;");
        Assert.Equal((1, 0), (Find("first"), Find("first")));

        long Find(string folder)
        {
            var context = _build.Context();
            var decoder = Decoder.Find(
                new PackingTable { Compress = "zstd" },
                new ToolchainTable { LdFlags = [$"-L{_build[folder]}"] },
                TargetTriple.Host,
                _build.Configuration.Positions,
                _build.Distribution,
                context
            );
            Assert.NotNull(decoder.MachineLibrary);
            context.Cache.Flush();
            return context.Cache.Statistics.Session["machine_library"].Misses;
        }
    }

    private (string Text, int Processes) Version(string name)
    {
        var context = _build.Context();
        var processes = ChildProcess.CountFromHere();
        var tool = Tool.Identify(_build[name], context);
        context.Cache.Flush();
        return (tool.Version, processes.Count);
    }

    private void Archive(string folder, string text)
    {
        _build.Write("one.c", text + "\n");
        Directory.CreateDirectory(_build[folder]);
        Run("cc", "-fPIC", "-c", _build["one.c"], "-o", _build["one.o"]);
        Run("ar", "rcsD", _build[$"{folder}/libzstd.a"], _build["one.o"]);
    }

    private static void Run(string program, params string[] arguments)
    {
        var result = ChildProcess.Run(new Command(program, arguments));
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private void WriteProgram(string name, string text)
    {
        _build.Write(name, text);
        File.SetUnixFileMode(_build[name], ActionOutput.Executable);
    }
}
