using Oxidizer.Cache;
using Oxidizer.Packager;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>A library with its files for C programs, built once, and a change of its program that the next build would install.</summary>
public sealed class LibraryToInstall : IDisposable
{
    private readonly PrivateCache _cache = new();

    public LibraryToInstall()
    {
        Workspace = _cache.NewWorkspace();
        Workspace.Write(
            "oxidizer.toml",
            File.ReadAllText(Workspace["oxidizer.toml"])
                .Replace("[build]", "[build]\noutput = \"static-library\"", StringComparison.Ordinal)
        );
        var product = Workspace.Build().ProductPath;
        Folder = Path.GetDirectoryName(product)!;
        First = Contents();
        Workspace.Write("app/words.py", $"TEXT = 'second {Guid.NewGuid()}'\n");
        Workspace.Write(
            "rename.c",
            """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <errno.h>
            #include <signal.h>
            #include <stdlib.h>
            #include <string.h>
            #include <unistd.h>

            static int is_at(const char *variable, const char *to)
            {
                const char *at = getenv(variable);
                return at != NULL && strcmp(at, to) == 0;
            }

            int rename(const char *from, const char *to)
            {
                static int failed;
                if (is_at("KILL_AT", to)) {
                    kill(getpid(), SIGKILL);
                }
                if (is_at("FAIL_AT", to) && !failed++) {
                    errno = EIO;
                    return -1;
                }
                return ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename"))(from, to);
            }
            """
        );
        Rename = Workspace["rename.so"];
        Assert.Equal(0, Workspace.Run(new Command("cc", ["-shared", "-fPIC", "-o", Rename, Workspace["rename.c"]])).ExitCode);
        // What the next build makes, so that each test only installs it.
        var elsewhere = Path.GetDirectoryName(Workspace.BuildInto(Workspace.EmptyFolder()).ProductPath)!;
        Second = Sha256Digest.OfFile(Path.Combine(elsewhere, Path.GetFileName(product)));
    }

    public Workspace Workspace { get; }

    public string Folder { get; }

    public string First { get; }

    public Sha256Digest Second { get; }

    /// <summary>A library that is loaded before libc: its <c>rename</c> ends the process (<c>KILL_AT</c>), or fails once (<c>FAIL_AT</c>),
    /// when a file is to get that name.</summary>
    public string Rename { get; }

    /// <summary>Every entry of the output folder, with its bytes; the record without its times.</summary>
    public string Contents() =>
        string.Join(
            '\n',
            Directory
                .EnumerateFileSystemEntries(Folder)
                .Order(StringComparer.Ordinal)
                .Select(path => $"{Path.GetFileName(path)} {(Occupied(path) ? "in the way" : Sha256Digest.OfFile(path))}")
        );

    /// <summary>The output folder as the first build left it.</summary>
    public void Restore(string backup) =>
        Assert.Equal(0, Workspace.Run(new Command("sh", ["-c", "rm -rf \"$2\" && cp -a \"$1\" \"$2\"", "sh", backup, Folder])).ExitCode);

    public string Backup()
    {
        var backup = Path.Combine(Workspace.EmptyFolder(), "backup");
        Assert.Equal(0, Workspace.Run(new Command("cp", ["-a", Folder, backup])).ExitCode);
        return backup;
    }

    public void Dispose()
    {
        Workspace.Dispose();
        _cache.Dispose();
    }

    private static bool Occupied(string path) => Directory.Exists(path) || Workspace.Run(new Command("test", ["-p", path])).ExitCode == 0;
}

/// <summary>How a build ends: all of it is installed or nothing, and what is said is true.</summary>
public sealed class EndsTests(LibraryToInstall library) : IClassFixture<LibraryToInstall>
{
    private Workspace Workspace => library.Workspace;

    [Theory]
    [InlineData("folder", "app.pc")]
    [InlineData("folder", "pyembed.h")]
    [InlineData("folder", "app-config.cmake")]
    [InlineData("folder", "app.build.json")]
    [InlineData("folder", "app.files")]
    [InlineData("folder", "libapp.a")]
    [InlineData("fifo", "app.pc")]
    [InlineData("fifo", "app.build.json")]
    [InlineData("fifo", "libapp.a")]
    [InlineData("fifo", "libapp.a.files")]
    public void What_is_in_the_way_of_one_file_leaves_all_of_them_as_they_were(string kind, string name)
    {
        var backup = library.Backup();
        try
        {
            name = name is "app.build.json" or "app.files" ? "libapp.a" + name[3..] : name;
            var place = Path.Combine(library.Folder, name);
            File.Delete(place);
            if (kind == "folder")
                Directory.CreateDirectory(Path.Combine(place, "theirs"));
            else
                Assert.Equal(0, Workspace.Run(new Command("mkfifo", [place])).ExitCode);
            var before = library.Contents();
            var failure = Assert.Throws<EnvironmentFailureException>(() => Workspace.Build());
            Assert.Equal("OXI0801", failure.Kind.Id);
            Assert.EndsWith("what was there before is untouched", failure.Message);
            Assert.Equal(before, library.Contents());
        }
        finally
        {
            library.Restore(backup);
        }
    }

    [Theory]
    [InlineData("libapp.a")]
    [InlineData("libapp.a.build.json")]
    public void A_build_that_is_killed_while_it_installs_leaves_whole_files_and_the_next_one_leaves_nothing_of_it(string name)
    {
        var backup = library.Backup();
        var temporary = Workspace.EmptyFolder();
        var first = Sha256Digest.OfFile(Path.Combine(library.Folder, "libapp.a"));
        try
        {
            using (
                var build = BuildProcess.StartTraced(
                    Workspace,
                    "env",
                    $"TMPDIR={temporary}",
                    $"LD_PRELOAD={library.Rename}",
                    $"KILL_AT={Path.Combine(library.Folder, name)}"
                )
            )
                Assert.Equal(128 + 9, build.ExitCode);
            Assert.Equal(name == "libapp.a" ? first : library.Second, Sha256Digest.OfFile(Path.Combine(library.Folder, "libapp.a")));
            Assert.Contains("\"schema\": 1", File.ReadAllText(Path.Combine(library.Folder, "libapp.a.build.json")));
            Assert.Single(Directory.GetDirectories(library.Folder, ".oxidizer-*"));
            Assert.Single(Directory.GetDirectories(temporary, "oxidizer-*"));

            using (var next = BuildProcess.StartTraced(Workspace, "env", $"TMPDIR={temporary}"))
                Assert.EndsWith("/libapp.a", next.Lines[^1]);
            Assert.Equal(library.Second, Sha256Digest.OfFile(Path.Combine(library.Folder, "libapp.a")));
            Assert.Contains(library.Second.ToString(), File.ReadAllText(Path.Combine(library.Folder, "libapp.a.build.json")));
            Assert.Empty(Directory.GetDirectories(library.Folder));
            Assert.Empty(Directory.GetDirectories(temporary, "oxidizer-*"));
        }
        finally
        {
            library.Restore(backup);
        }
    }

    [Theory]
    [InlineData("libapp.a")]
    [InlineData("libapp.a.build.json")]
    public void A_disk_that_fails_at_one_of_the_renames_has_the_ones_before_it_taken_back(string name)
    {
        var backup = library.Backup();
        try
        {
            var before = library.Contents();
            var place = Path.Combine(library.Folder, name);
            using (var build = BuildProcess.StartTraced(Workspace, "env", $"LD_PRELOAD={library.Rename}", $"FAIL_AT={place}"))
                Assert.Matches(
                    $"^EnvironmentFailureException: error OXI0801: cannot write `{place}`: .*; what was there before is untouched\\s*$",
                    build.Failure
                );
            Assert.Equal(before, library.Contents());
        }
        finally
        {
            library.Restore(backup);
        }
    }

    [Fact]
    public void A_full_temporary_folder_is_the_machines_failure_and_no_stack_trace()
    {
        var full = Workspace.EmptyFolder();
        Assert.Equal(0, Workspace.Run(new Command("mount", ["-t", "tmpfs", "-o", "size=4k,nr_inodes=1", "tmpfs", full])).ExitCode);
        try
        {
            using var build = BuildProcess.StartTraced(Workspace, "env", $"TMPDIR={full}", "DOTNET_EnableDiagnostics=0");
            Assert.Matches(
                $"^EnvironmentFailureException: error OXI0001: cannot use `{full}/oxidizer-[0-9a-f]+`: No space left on device",
                build.Failure
            );
            Assert.DoesNotContain("   at ", build.Failure);
        }
        finally
        {
            Workspace.Run(new Command("umount", ["-l", full]));
        }
    }

    [Theory]
    [InlineData("*")]
    [InlineData("two words")]
    [InlineData("../outside")]
    [InlineData("-rf")]
    [InlineData("a\nb")]
    public void A_name_that_the_caller_gives_is_checked_as_the_configurations_is(string name)
    {
        var failure = Assert.Throws<BuildFailedException>(() =>
            Pipeline.Build(
                new BuildRequest
                {
                    ConfigurationOrScript = Workspace["oxidizer.toml"],
                    CacheDirectory = Workspace.CacheDirectory,
                    OutputDirectory = Workspace["out"],
                    ApplicationName = name,
                },
                new SilentLog()
            )
        );
        Assert.Matches("error OXI0104: the product's name: ", failure.Message);
    }

    [Fact]
    public void A_target_that_leads_elsewhere_is_none()
    {
        var failure = Assert.Throws<BuildFailedException>(() =>
            Pipeline.Build(
                new BuildRequest
                {
                    ConfigurationOrScript = Workspace["oxidizer.toml"],
                    CacheDirectory = Workspace.CacheDirectory,
                    Target = new TargetTriple("x86_64-unknown-linux-gnu/../.."),
                },
                new SilentLog()
            )
        );
        Assert.Matches("error OXI0104: the target: ", failure.Message);
    }

    [Fact]
    public void A_library_in_a_folder_with_a_blank_in_its_name_is_found_by_pkg_config()
    {
        var folder = Path.Combine(Workspace.EmptyFolder(), "two words");
        Assert.Equal(0, Workspace.Run(new Command("cp", ["-a", library.Folder, folder])).ExitCode);
        // As makefiles and configure scripts use it: the shell reads what it prints.
        const string Script = """
            set -e
            printf '#include <pyembed.h>\n' > empty.c
            eval cc $(pkg-config --cflags app) -fsyntax-only empty.c
            eval set -- $(pkg-config --libs app)
            for word; do case "$word" in -L*) ls "${word#-L}/libapp.a";; -l:*) echo "$word";; esac; done
            """;
        var result = Workspace.Run(
            new Command("sh", ["-c", Script])
            {
                WorkingDirectory = Workspace.EmptyFolder(),
                Environment = new Dictionary<string, string?> { ["PKG_CONFIG_PATH"] = folder },
            }
        );
        Assert.Equal(($"{folder}/libapp.a\n-l:libapp.a\n", "", 0), (result.Output, result.Error, result.ExitCode));
    }
}

/// <summary>Permissions are a linker's: all that the user's mask leaves.</summary>
[Collection("private cache")]
public sealed class PermissionTests(PrivateCache cache)
{
    [Theory]
    [InlineData("077")]
    [InlineData("022")]
    [InlineData("002")]
    public void Under_each_mask_product_files_and_folders_have_the_permissions_that_compilers_and_mkdir_give(string mask)
    {
        using var workspace = cache
            .NewWorkspace(
                more: "[[python_packages]]\ntype = \"package-root\"\npath = \"parts\"\npackages = [\"beside\"]\ninstall_location = \"app-relative:lib\"\n"
            )
            .Write("parts/beside/__init__.py", "")
            .WriteProgram("parts/beside/tool.sh", "#!/bin/sh\n")
            .Write("empty.c", "int main(void) { return 0; }\n");
        using (
            var build = BuildProcess.StartTraced(
                workspace,
                "sh",
                "-c",
                $"umask {mask}; mkdir \"$0/dir\" && : > \"$0/data\" && cc -o \"$0/program\" \"$0/empty.c\" && exec \"$@\"",
                workspace.Folder
            )
        )
            Assert.EndsWith("/app", build.Lines[^1]);
        var output = Path.Combine(workspace["out"], TargetTriple.Host.Value);
        foreach (
            var (name, like) in new[]
            {
                ("app", "program"),
                ("lib/beside/tool.sh", "program"),
                ("app.build.json", "data"),
                ("app.files", "data"),
                ("lib/beside/__init__.py", "data"),
                ("lib/beside/__pycache__/__init__.cpython-311.pyc", "data"),
                ("", "dir"),
                ("lib", "dir"),
                ("lib/beside", "dir"),
                ("lib/beside/__pycache__", "dir"),
            }
        )
            Assert.Equal((name, File.GetUnixFileMode(workspace[like])), (name, File.GetUnixFileMode(Path.Combine(output, name))));
    }
}
