using System.Runtime.Versioning;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Programs;
using Oxidizer.Packager.Tests.Configuration;
using Oxidizer.Packager.Tests.Distributions;

namespace Oxidizer.Packager.Tests.Programs;

/// <summary>
/// Checks against a folder of programs instead of the machine's PATH. apt is the machine's own in the test that wants its words; where
/// packages would be installed, a shell script of its name puts a program into the folder.
/// </summary>
[SupportedOSPlatform("linux")]
[Collection(nameof(ProcessEnvironment))]
public sealed class PrerequisitesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-prerequisites-").FullName;
    private readonly RecordingLog _log = new();

    public PrerequisitesTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "bin"));
        WriteFile("var/lib/apt/lists/x_main_binary-amd64_Packages", "");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void When_all_is_there_no_process_is_started_and_nothing_is_said()
    {
        Link("cc", "as", "ld", "apt-get");
        WriteFile("usr/include/stdio.h", "");
        var processes = ChildProcess.CountFromHere();
        Ensure(new ToolchainTable(), isRoot: true);
        Assert.Equal(0, processes.Count);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void All_that_is_missing_is_told_in_one_message_with_the_exact_command()
    {
        Link("apt-get");
        var exception = Assert.Throws<BuildFailedException>(() => Ensure(new ToolchainTable { Launcher = "ccache" }, isRoot: false));
        Assert.Equal("OXI0507", Assert.Single(exception.Diagnostics).Kind.Id);
        Assert.Contains(
            "a C compiler (`cc`, `gcc` or `clang`), the C library's headers (`stdio.h`), `as`, a linker (`mold`, `ld.lld` or `ld`), the launcher `ccache`",
            exception.Message,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "run `sudo apt-get update && sudo apt-get install -y gcc libc6-dev binutils ccache`",
            exception.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Without_apt_the_packages_are_named_and_no_command_that_is_not_there()
    {
        var exception = Assert.Throws<BuildFailedException>(() => Ensure(new ToolchainTable(), isRoot: true));
        Assert.DoesNotContain("apt-get", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Debian's names are `gcc`, `libc6-dev`, `binutils`", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void As_root_exactly_what_is_missing_is_installed_and_its_progress_is_told()
    {
        Link("gcc", "as", "ld");
        Apt(
            """
            echo "Unpacking $*"
            echo "$DEBIAN_FRONTEND" > "$here/../frontend"
            mkdir -p "$here/../usr/include"; touch "$here/../usr/include/stdio.h"
            """
        );
        Ensure(new ToolchainTable(), isRoot: true);
        Assert.Contains("apt-get install libc6-dev", _log.Lines);
        Assert.Contains(
            _log.Lines,
            line =>
                line.StartsWith("apt-get install: Unpacking install -y", StringComparison.Ordinal)
                && line.EndsWith("libc6-dev", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(_log.Lines, line => line.Contains("update", StringComparison.Ordinal));
        Assert.Equal("noninteractive\n", File.ReadAllText(Path.Combine(_folder, "frontend")));
    }

    [Fact]
    public void Lists_are_updated_first_when_there_are_none()
    {
        File.Delete(Path.Combine(_folder, "var/lib/apt/lists/x_main_binary-amd64_Packages"));
        WriteFile("usr/include/stdio.h", "");
        Link("as", "ld");
        Apt("echo \"$1\" >> \"$here/../calls\"; [ \"$1\" = update ] || ln -s /bin/true \"$here/gcc\"");
        Ensure(new ToolchainTable(), isRoot: true);
        Assert.Equal(["update", "install"], File.ReadAllLines(Path.Combine(_folder, "calls")));
    }

    [Fact]
    public void Old_lists_are_updated_when_they_name_what_the_mirror_does_not_have()
    {
        WriteFile("usr/include/stdio.h", "");
        Link("as", "ld");
        Apt(
            """
            echo "$1" >> "$here/../calls"
            if [ "$1" = update ]; then touch "$here/../fresh"; exit 0; fi
            if [ ! -e "$here/../fresh" ]; then echo "E: 404  Not Found" >&2; exit 100; fi
            ln -s /bin/true "$here/gcc"
            """
        );
        Ensure(new ToolchainTable(), isRoot: true);
        Assert.Equal(["install", "update", "install"], File.ReadAllLines(Path.Combine(_folder, "calls")));
    }

    [Fact]
    public void Apts_own_error_stands_in_the_diagnostic()
    {
        // The machine's apt with lists and sources of its own, of which there are none: it fails at once, and changes nothing.
        var configuration = Path.Combine(_folder, "apt.conf");
        Directory.CreateDirectory(Path.Combine(_folder, "lists/partial"));
        File.WriteAllText(
            configuration,
            $"Dir::State::Lists \"{_folder}/lists\";\nDir::Etc::SourceList \"/dev/null\";\nDir::Etc::SourceParts \"-\";\nDir::Cache \"{_folder}\";\nDebug::NoLocking \"true\";\n"
        );
        Environment.SetEnvironmentVariable("APT_CONFIG", configuration);
        try
        {
            File.CreateSymbolicLink(Path.Combine(_folder, "bin", "apt-get"), "/usr/bin/apt-get");
            var requirement = new Requirement("`oxidizer-nothing`", "oxidizer-no-such-package", "oxidizer-nothing");
            var exception = Assert.Throws<BuildFailedException>(() => Prerequisites.Ensure([requirement], Of(isRoot: true), _log, default));
            Assert.Equal("OXI0508", Assert.Single(exception.Diagnostics).Kind.Id);
            Assert.Contains("E: Unable to locate package oxidizer-no-such-package", exception.Message, StringComparison.Ordinal);
            Assert.EndsWith(
                "run `apt-get update && apt-get install -y oxidizer-no-such-package` by hand",
                exception.Message,
                StringComparison.Ordinal
            );
        }
        finally
        {
            Environment.SetEnvironmentVariable("APT_CONFIG", null);
        }
    }

    [Fact]
    public void A_package_that_brings_nothing_onto_PATH_is_told()
    {
        Link("as", "ld");
        WriteFile("usr/include/stdio.h", "");
        Apt("exit 0");
        var exception = Assert.Throws<BuildFailedException>(() => Ensure(new ToolchainTable(), isRoot: true));
        Assert.StartsWith("error OXI0508: apt installed gcc, and yet missing", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_build_ends_apt()
    {
        Link("as", "ld");
        using var apt = new StartedProcess();
        Apt(apt.SleepWithoutEnd);
        using var source = new CancellationTokenSource();
        apt.CancelWhenStarted(source);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Prerequisites.Ensure(Prerequisites.ForEveryBuild(new ToolchainTable()), Of(isRoot: true), _log, source.Token)
        );
        apt.AssertEnds();
    }

    [Theory]
    [InlineData(null, "gcc libc6-dev binutils")]
    [InlineData("clang", "clang libc6-dev binutils")]
    [InlineData("gcc-12", "gcc-12 libc6-dev binutils")]
    [InlineData("musl-gcc", "musl-tools binutils")]
    [InlineData("aarch64-linux-gnu-gcc", "binutils")]
    [InlineData("/opt/toolchain/bin/cc", "binutils")]
    public void The_compiler_that_is_named_decides_what_is_needed(string? cc, string packages) =>
        Assert.Equal(
            packages,
            string.Join(
                ' ',
                Prerequisites.ForEveryBuild(new ToolchainTable { Cc = cc }).Select(requirement => requirement.Package).Distinct()
            )
        );

    [Theory]
    [InlineData("mold", "mold")]
    [InlineData("lld", "lld")]
    [InlineData("ld", "binutils")]
    public void The_linker_that_is_named_is_the_one_that_is_needed(string linker, string package) =>
        Assert.Equal(package, Prerequisites.ForEveryBuild(new ToolchainTable { Linker = linker })[^1].Package);

    [Theory]
    [InlineData(nameof(ProductOutput.Executable), "none", "")]
    [InlineData(nameof(ProductOutput.Executable), "zlib", "readelf")]
    [InlineData(nameof(ProductOutput.StaticLibrary), "none", "ar objcopy")]
    [InlineData(nameof(ProductOutput.SharedLibrary), "zstd", "objcopy readelf")]
    public void A_library_needs_the_programs_that_make_it(string output, string compress, string programs)
    {
        IEnumerable<string> Programs(string? ar) =>
            Prerequisites
                .ForOutput(Enum.Parse<ProductOutput>(output), new ToolchainTable { Ar = ar }, new PackingTable { Compress = compress })
                .SelectMany(requirement => requirement.Programs);
        Assert.Equal(programs, string.Join(' ', Programs(null)));
        Assert.DoesNotContain("ar", Programs("/opt/ar"));
    }

    // What is started by a name that the list does not have is not asked for.
    [Fact]
    public void No_source_starts_a_program_by_a_name_of_its_own()
    {
        var sources = Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "src", "Oxidizer.Packager"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal));
        Assert.DoesNotContain(
            sources,
            path => System.Text.RegularExpressions.Regex.IsMatch(File.ReadAllText(path), @"new (Command|ProcessStartInfo)\(\s*""")
        );
    }

    [Fact]
    public void Zstandard_s_static_library_is_needed_by_who_asks_for_it_on_this_machine_alone()
    {
        static IEnumerable<string> Packages(
            string compress,
            TargetTriple? target = null,
            string? sysroot = null,
            params string[] ldflags
        ) =>
            Prerequisites
                .ForPacking(
                    new PackingTable { Compress = compress },
                    new ToolchainTable { Sysroot = sysroot, LdFlags = ldflags },
                    target ?? TargetTriple.Host
                )
                .Select(requirement => requirement.Package);
        Assert.Equal(["libzstd-dev"], Packages("zstd"));
        Assert.Empty(Packages("zlib"));
        Assert.Empty(Packages("none"));
        Assert.Empty(Packages("zstd", sysroot: "/opt/root"));
        Assert.Empty(Packages("zstd", ldflags: "-L/opt/zstd/lib"));
        Assert.Empty(Packages("zstd", new TargetTriple("riscv64-unknown-linux-gnu")));

        WriteFile($"usr/lib/{TargetTriple.Host.Multiarch}/libzstd.so", "");
        var requirement = Prerequisites.ForPacking(new PackingTable { Compress = "zstd" }, new ToolchainTable(), TargetTriple.Host);
        var exception = Assert.Throws<BuildFailedException>(() => Prerequisites.Ensure(requirement, Of(isRoot: false), _log, default));
        Assert.Contains("missing on this machine: Zstandard's static library (`libzstd.a`)", exception.Message, StringComparison.Ordinal);
        WriteFile($"usr/lib/{TargetTriple.Host.Multiarch}/libzstd.a", "");
        Prerequisites.Ensure(requirement, Of(isRoot: false), _log, default);
    }

    [Fact]
    public void A_source_build_needs_its_tools_all_told_at_once_with_the_other_way()
    {
        Link("cc", "sh", "make", "tar", "apt-get", "apt-cache");
        WriteFile("usr/include/stdio.h", "");
        var exception = Assert.Throws<BuildFailedException>(() =>
            Prerequisites.Ensure(Prerequisites.ForSourceBuild, Of(isRoot: false), _log, default, " (or so)")
        );
        Assert.Contains("`as`, `ar`, `strip`, `patch`, `dpkg-deb`;", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("apt-get install -y binutils patch dpkg` (or so)", exception.Message, StringComparison.Ordinal);
    }

    private void Ensure(ToolchainTable toolchain, bool isRoot) =>
        Prerequisites.Ensure(Prerequisites.ForEveryBuild(toolchain), Of(isRoot), _log, default);

    private Machine Of(bool isRoot) => new(Path.Combine(_folder, "bin") + ":", _folder, isRoot);

    private void Link(params string[] programs)
    {
        foreach (var program in programs)
            File.CreateSymbolicLink(Path.Combine(_folder, "bin", program), "/bin/true");
    }

    private void Apt(string script)
    {
        var path = Path.Combine(_folder, "bin", "apt-get");
        File.WriteAllText(path, "#!/bin/sh\nhere=$(dirname \"$0\")\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private void WriteFile(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private sealed class RecordingLog : IBuildLog
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Lines => _lines;

        public void Information(string message) => _lines.Enqueue(message);

        public void Debug(string message) => _lines.Enqueue(message);

        public void Warning(string message) => _lines.Enqueue(message);

        public void Progress(string stage, double? share, string? detail = null) => _lines.Enqueue($"{stage}: {detail}");
    }
}
