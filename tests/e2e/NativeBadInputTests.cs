using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>Shared extension modules that cannot be packed or loaded: what is said, and when.</summary>
public sealed class NativeBadInputTests : IDisposable
{
    private const string Module = """
        extern void *PyModule_Create2(void *, int);
        extern int helper(void);
        static struct { long refcount; void *rest[4]; const char *name, *doc; long size; void *slots[5]; } definition = {1, {0}, "fast", 0, -1, {0}};
        void *PyInit_fast(void) { return helper() == 42 ? PyModule_Create2(&definition, 1013) : 0; }
        """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_library_that_is_nowhere_is_named_with_the_module_and_the_way_out()
    {
        WriteFast("import fast", "fast.so");
        File.Delete(_workspace["libs/libhelper.so.1"]);
        var message = Assert.Throws<BuildFailedException>(() => _workspace.Build()).Message;
        Assert.Matches(
            @"oxidizer\.toml:\d+(:\d+)?: error OXI0318: `fast`, brought by rule 3 .* needs the library `libhelper\.so\.1`.*`library_paths`.*`system_libraries`",
            message
        );
    }

    [Fact]
    public void A_library_that_the_target_has_is_left_to_it()
    {
        WriteFast("import fast; print('loaded')", "fast.so", "system_libraries = [\"libhelper.so.*\"]");
        var product = _workspace.Build();
        Assert.Equal(0, product.Resources.SharedLibraries);
        var without = _workspace.Run(product.ProductPath);
        Assert.Equal(1, without.ExitCode);
        Assert.Matches(@"ImportError: .*libhelper\.so\.1", without.Error);
        var with = Workspace.Run(
            new Command(product.ProductPath, [])
            {
                ClearEnvironment = true,
                Environment = new Dictionary<string, string?> { ["LD_LIBRARY_PATH"] = _workspace["libs"] },
            }
        );
        Assert.Equal("loaded\n", with.Output + with.Error);
    }

    [Fact]
    public void A_module_for_another_python_is_a_warning_of_the_build_and_an_error_of_its_import()
    {
        WriteFast("import fast", "fast.cpython-310-x86_64-linux-gnu.so");
        var product = _workspace.Build();
        Assert.Contains(
            product.Warnings,
            warning => warning.Id == "OXI0317" && warning.Message.Contains("`fast`", StringComparison.Ordinal)
        );
        var result = _workspace.Run(product.ProductPath);
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith(
            "ImportError: cannot load 'fast': its shared object is for another Python (cpython-310-x86_64-linux-gnu), and this one is cpython-311\n",
            result.Error
        );
    }

    private const string TryFast = """
        try:
            import fast
        except ImportError as error:
            print(error)
        import json, ssl
        print(json.dumps(1))
        """;

    [Theory]
    [InlineData("EPERM", "Operation not permitted")]
    [InlineData("ENOSYS", "Function not implemented")]
    public void Where_memfd_is_forbidden_the_import_says_so_and_the_program_goes_on(string error, string words)
    {
        WriteFast(TryFast, "fast.so");
        var product = _workspace.Build();
        CompileForbid(error);
        Assert.Equal("1\n", _workspace.Run(product.ProductPath).Output);
        var result = _workspace.Run(_workspace["forbid"], product.ProductPath);
        Assert.Equal(
            $"cannot load 'libhelper.so.1' from memory: memfd_create failed: {words}; a seccomp filter or the kernel forbids it: "
                + "package with module_file = \"filesystem\", which allows files in the user's cache\n1\n",
            result.Output
        );
        Assert.Equal(0, result.ExitCode);
    }

    [Theory]
    [InlineData("EPERM")]
    [InlineData("ENOSYS")]
    public void Where_memfd_is_forbidden_a_product_with_real_files_takes_modules_and_libraries_from_them(string error)
    {
        WriteFast(
            TryFast
                + "\nprint(fast.__name__, *sorted({line.split(None, 5)[5].strip().split('/')[-1] for line in open('/proc/self/maps') if 'oxidizer-files' in line}))",
            "fast.so",
            toolchain: "[python_config]\nmodule_file = \"filesystem\""
        );
        var product = _workspace.Build();
        CompileForbid(error);
        Assert.Equal("1\nfast\n", Start(product.ProductPath).Output);
        var result = Start(_workspace["forbid"], product.ProductPath);
        Assert.Equal(("1\nfast fast.so libhelper.so.1\n", "", 0), (result.Output, result.Error, result.ExitCode));

        CommandResult Start(string program, params string[] arguments) =>
            Workspace.Run(
                new Command(program, arguments)
                {
                    ClearEnvironment = true,
                    WorkingDirectory = _workspace.EmptyFolder(),
                    Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = _workspace["user-cache"] },
                }
            );
    }

    /// <summary>A program that starts another with a filter under which memfd_create fails.</summary>
    private void CompileForbid(string error)
    {
        _workspace.Write(
            "forbid.c",
            """
            #include <linux/filter.h>
            #include <linux/seccomp.h>
            #include <stddef.h>
            #include <sys/prctl.h>
            #include <sys/syscall.h>
            #include <errno.h>
            #include <unistd.h>
            int main(int argc, char **argv) {
                struct sock_filter filter[] = {
                    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_create, 0, 1),
                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | FORBIDDEN),
                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                };
                struct sock_fprog program = {4, filter};
                if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) return 99;
                execv(argv[1], argv + 1);
                return 98;
            }
            """
        );
        Compile("forbid", "forbid.c", $"-DFORBIDDEN={error}");
    }

    [Fact]
    public void A_static_product_warns_of_shared_objects_and_says_so_at_their_import()
    {
        WriteFast("import fast", "fast.so", toolchain: "[toolchain]\nstatic = true");
        var product = _workspace.Build();
        Assert.Contains(product.Warnings, warning => warning.Id == "OXI0320");
        var result = _workspace.Run(product.ProductPath);
        Assert.EndsWith(
            "ImportError: cannot load 'fast': this executable is linked statically, and loads no shared object\n",
            result.Error
        );
        Assert.Equal(1, result.ExitCode);
    }

    private void WriteFast(string main, string file, string extensions = "", string toolchain = "")
    {
        _workspace.Write("helper.c", "int helper(void) { return 42; }\n").Write("fast.c", Module);
        Directory.CreateDirectory(_workspace["libs"]);
        Directory.CreateDirectory(_workspace["native"]);
        Compile("libs/libhelper.so.1", "helper.c", "-shared", "-fPIC", "-Wl,-soname,libhelper.so.1");
        Compile("native/" + file, "fast.c", "-shared", "-fPIC", _workspace["libs/libhelper.so.1"]);
        _workspace.WriteApplication(
            main,
            more: $"""
            {toolchain}
            [python_extensions]
            library_paths = ["libs"]
            {extensions}
            [[python_packages]]
            type = "package-root"
            path = "native"
            packages = ["fast"]
            """
        );
    }

    private void Compile(string output, string source, params string[] arguments)
    {
        var result = Workspace.Run(new Command("cc", ["-O1", _workspace[source], "-o", _workspace[output], .. arguments]));
        Assert.True(result.ExitCode == 0, result.Error);
    }
}
