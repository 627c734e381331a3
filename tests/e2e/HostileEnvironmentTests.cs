using Oxidizer.Cache;
using Oxidizer.Packager.Programs;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>Variables of the user's that change what compilers, linkers, archivers and interpreters make. Each build compiles and links:
/// its flags are no other build's.</summary>
[Collection("private cache")]
public sealed class HostileEnvironmentTests(PrivateCache cache) : IDisposable
{
    private readonly Workspace _workspace = cache.NewWorkspace();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("executable", "app")]
    [InlineData("shared-library", "libapp.so")]
    [InlineData("static-library", "libapp.a")]
    public void A_build_under_a_hostile_environment_gives_the_bytes_of_one_under_an_empty_one(string output, string file)
    {
        var configuration = File.ReadAllText(_workspace["oxidizer.toml"])
            .Replace("[build]", $"[build]\noutput = \"{output}\"", StringComparison.Ordinal);
        // These libraries of Debian's can be in no shared library.
        if (output == "shared-library")
            configuration = configuration.Replace(
                "[build]",
                "[python_extensions]\nexcludes = [\"_gdbm\", \"_uuid\"]\n[build]",
                StringComparison.Ordinal
            );
        // The empty one has a PATH, with nothing on it but what a build asks for before its work.
        var empty = new Dictionary<string, string> { ["PATH"] = OnlyWhatIsAskedFor() };
        var expected = Build(configuration, empty, "empty");
        var hostile = Build(configuration, Hostile(), "hostile");
        Assert.Equal(expected, hostile);
        Assert.False(File.Exists(_workspace["preloaded-as"]), "LD_PRELOAD reached the assembler");
        // And what the cache has of it now is served to builds that are clean.
        _workspace.Write("oxidizer.toml", configuration);
        Assert.Equal(expected, Sha256Digest.OfFile(_workspace.BuildInto(_workspace["again"]).ProductPath));

        Sha256Digest Build(string text, IReadOnlyDictionary<string, string> environment, string folder)
        {
            var own = Guid.NewGuid();
            _workspace.Write("oxidizer.toml", $"{text}\n[toolchain]\ncflags = [\"-DOWN_{own:N}\"]\nldflags = [\"-L/nowhere/{own}\"]\n");
            using var process = BuildProcess.StartIn(environment, _workspace, _workspace[folder]);
            Assert.Contains(process.Lines, line => line.StartsWith("executed compile_object", StringComparison.Ordinal));
            Assert.True(output == "static-library" || process.Lines.Contains("executed link runtime"), string.Join('\n', process.Lines));
            return Sha256Digest.OfFile(Directory.EnumerateFiles(_workspace[folder], file, SearchOption.AllDirectories).Single());
        }
    }

    private string OnlyWhatIsAskedFor()
    {
        var folder = _workspace.EmptyFolder();
        foreach (var name in new[] { "cc", "as", "ld.bfd", "ar", "objcopy", "readelf" })
            File.CreateSymbolicLink(Path.Combine(folder, name), Machine.FindProgram(name)!);
        return folder;
    }

    private Dictionary<string, string> Hostile()
    {
        _workspace.Write("evil/include/stdio.h", "#error hostile header\n").Write("evil/include/string.h", "#error hostile header\n");
        _workspace
            .Write("evil/lib/libm.a", "")
            .Write("evil/lib/libm.so", "no linker script (")
            .Write("evil/lib/crt1.o", "")
            .Write("evil/lib/Scrt1.o", "");
        foreach (var program in new[] { "as", "ld", "ld.bfd", "cc1", "collect2", "x86_64-linux-gnu-as" })
            _workspace.WriteProgram("evil/bin/" + program, "#!/bin/sh\necho hostile >&2\nexit 1\n");
        // Says under which program it was loaded; the build's own process may have it.
        _workspace.Write(
            "preload.c",
            $$"""
            #define _GNU_SOURCE
            #include <errno.h>
            #include <fcntl.h>
            #include <stdio.h>
            __attribute__((constructor)) static void start(void) {
                char path[4096];
                snprintf(path, sizeof path, "{{_workspace["preloaded-"]}}%s", program_invocation_short_name);
                open(path, O_CREAT | O_WRONLY, 0600);
            }
            """
        );
        var compiled = Workspace.Run(
            new Packager.Processes.Command("cc", ["-shared", "-fPIC", _workspace["preload.c"], "-o", _workspace["preload.so"]])
        );
        Assert.True(compiled.ExitCode == 0, compiled.Error);
        var (bin, include, lib) = (_workspace["evil/bin"], _workspace["evil/include"], _workspace["evil/lib"]);
        return new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
            ["HOME"] = _workspace.EmptyFolder(),
            ["TMPDIR"] = _workspace.EmptyFolder(),
            ["LD_RUN_PATH"] = "/tmp/evil",
            ["LD_PRELOAD"] = _workspace["preload.so"],
            ["LD_LIBRARY_PATH"] = lib,
            ["LIBRARY_PATH"] = lib,
            ["LDEMULATION"] = "elf_i386",
            ["GNUTARGET"] = "elf32-i386",
            ["CPATH"] = include,
            ["C_INCLUDE_PATH"] = include,
            ["COMPILER_PATH"] = bin,
            ["GCC_EXEC_PREFIX"] = bin + "/",
            ["GCC_COMPARE_DEBUG"] = "-gtoggle",
            ["DEPENDENCIES_OUTPUT"] = _workspace["evil/deps"],
            ["SOURCE_DATE_EPOCH"] = "1",
            ["LC_ALL"] = "tr_TR.UTF-8",
            ["LANG"] = "tr_TR.UTF-8",
            ["LANGUAGE"] = "de",
            ["TZ"] = "Asia/Kathmandu",
            ["PYTHONPATH"] = include,
            ["PYTHONHOME"] = "/nowhere",
            ["PYTHONOPTIMIZE"] = "2",
            ["PYTHONHASHSEED"] = "7",
            ["PYTHONUTF8"] = "0",
            ["PYTHONIOENCODING"] = "latin-1",
            ["CC"] = "/bin/false",
            ["CFLAGS"] = "-O0",
            ["LDFLAGS"] = "-s",
            ["MAKEFLAGS"] = "-n",
            ["REALGCC"] = "/bin/false",
            ["CCACHE_PREFIX"] = "/bin/false",
        };
    }
}
