using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>The example examples/embed-c with both kinds of library, each built once.</summary>
public sealed class EmbedProducts : IDisposable
{
    public EmbedProducts()
    {
        var example = Path.Combine(Repository.Root, "examples", "embed-c");
        foreach (var file in Directory.EnumerateFiles(example, "*", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file)
                .Replace("source = \"apt:python3.11\"", "source = \"apt:python3.11\"\noptimizations = \"noopt\"", StringComparison.Ordinal);
            Workspace.Write(Path.GetRelativePath(example, file), text);
        }
        Shared = Workspace.Build();
        Static = Workspace.Build("static.toml");
    }

    public Workspace Workspace { get; } = new();

    public BuildResult Shared { get; }

    public BuildResult Static { get; }

    public string Folder => Path.GetDirectoryName(Shared.ProductPath)!;

    /// <summary>Compiles a host with what pkg-config says.</summary>
    public string Compile(string source, string package, params string[] more)
    {
        var environment = new Dictionary<string, string?> { ["PKG_CONFIG_PATH"] = Folder };
        var flags = Workspace.Run(new Command("pkg-config", ["--cflags", "--libs", package]) { Environment = environment });
        Assert.True(flags.ExitCode == 0, flags.Error);
        var output = Workspace[$"host-{Guid.NewGuid():N}"];
        var result = Workspace.Run(
            new Command(
                "cc",
                [
                    "-Wall",
                    "-Wextra",
                    "-Werror",
                    "-O1",
                    Workspace[source],
                    "-o",
                    output,
                    .. flags.Output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries),
                    .. more,
                ]
            )
        );
        Assert.True(result.ExitCode == 0, result.Error);
        return output;
    }

    /// <summary>Runs a host; a shared library is found by the loader's variable.</summary>
    internal CommandResult Run(string host, params string[] arguments) =>
        Workspace.Run(
            new Command(host, arguments)
            {
                ClearEnvironment = true,
                WorkingDirectory = Workspace.EmptyFolder(),
                Environment = new Dictionary<string, string?> { ["LD_LIBRARY_PATH"] = Folder },
            }
        );

    public void Dispose() => Workspace.Dispose();
}

/// <summary>pyembed as a library for C programs.</summary>
public sealed class EmbedTests(EmbedProducts products) : IClassFixture<EmbedProducts>
{
    private const string Expected = "{\"hello\": \"you\"}\nno coffee\ntea: 3.50\ngreeter ended with 7, host.price was asked 2 times\n";

    [Theory]
    [InlineData("greeter")]
    [InlineData("greeter-static")]
    public void A_host_calls_python_and_python_calls_the_host(string package)
    {
        var result = products.Run(products.Compile("main.c", package), "you");
        Assert.Equal((Expected, "", 0), (result.Output, result.Error, result.ExitCode));
    }

    [Theory]
    [InlineData("greeter")]
    [InlineData("greeter-static")]
    public void CMake_finds_the_library(string package)
    {
        var build = products.Workspace[$"cmake-{package}"];
        foreach (
            var arguments in new string[][]
            {
                ["-S", products.Workspace.Folder, "-B", build, "-DGREETER=" + package, "-DCMAKE_PREFIX_PATH=" + products.Folder],
                ["--build", build],
            }
        )
        {
            var result = Workspace.Run(new Command("cmake", arguments));
            Assert.True(result.ExitCode == 0, result.Output + result.Error);
        }
        Assert.Equal(Expected, products.Run(Path.Combine(build, "embed"), "you").Output);
    }

    [Fact]
    public void A_host_with_the_static_library_is_one_file()
    {
        var host = products.Compile("main.c", "greeter-static");
        Assert.DoesNotContain("libgreeter", Workspace.Run(new Command("ldd", [host])).Output);
        Assert.Equal(Expected, products.Workspace.Run(host, "you").Output);
    }

    [Fact]
    public void A_library_shows_the_api_and_nothing_of_the_libraries_within()
    {
        string[] api =
        [
            "pyembed_add_function",
            "pyembed_call",
            "pyembed_error",
            "pyembed_finalize",
            "pyembed_free",
            "pyembed_gil_acquire",
            "pyembed_gil_release",
            "pyembed_initialize",
            "pyembed_main",
            "pyembed_run_module",
            "pyembed_run_source",
        ];
        var shared = Symbols("-D", products.Shared.ProductPath);
        Assert.Equal(api, shared.Where(name => name.StartsWith("pyembed_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("PyErr_SetString", shared);
        Assert.DoesNotContain(
            shared,
            name =>
                !name.StartsWith("Py", StringComparison.Ordinal) && !name.StartsWith("_Py", StringComparison.Ordinal) && !api.Contains(name)
        );
        var archived = Symbols("-g", products.Static.ProductPath);
        Assert.Contains("pyembed_initialize", archived);
        Assert.DoesNotContain(
            archived,
            name =>
                !name.StartsWith("Py", StringComparison.Ordinal)
                && !name.StartsWith("_Py", StringComparison.Ordinal)
                && !api.Contains(name)
                && name != "pyembed_location"
        );
    }

    [Fact]
    public void An_unchanged_library_is_not_made_again()
    {
        foreach (var (configuration, first) in new[] { ("oxidizer.toml", products.Shared), ("static.toml", products.Static) })
        {
            var again = products.Workspace.Build(configuration);
            Assert.Empty(again.Executed);
            Assert.Equal(first.Digest, again.Digest);
        }
    }

    [Fact]
    public void Mistakes_of_a_host_are_told_and_end_no_process()
    {
        products.Workspace.Write(
            "mistakes.c",
            """
            #include "pyembed.h"
            #include <stdio.h>
            #define printf(...) (printf(__VA_ARGS__), fflush(stdout)) /* Python has buffers of its own */
            static void show(int status) { printf("%d %s\n", status, pyembed_error()); }
            int main(void) {
                show(pyembed_run_source("1"));
                show(pyembed_finalize());
                printf("%d\n", pyembed_initialize(0, NULL));
                show(pyembed_initialize(0, NULL));
                show(pyembed_run_source("x = (1"));
                show(pyembed_run_source("def f():\n    raise ValueError('deep')\nf()"));
                show(pyembed_run_module("no_such_module"));
                printf("%d\n", pyembed_run_source("raise SystemExit"));
                printf("%d\n", pyembed_run_source("import sys; y = 5; sys.exit(300)"));
                printf("%d\n", pyembed_run_source("print(y, sys.argv)"));
                printf("%d\n", pyembed_call("greeter", "no.such", "x") == NULL);
                char *text = pyembed_call("os", "getpid", NULL);
                printf("%d\n", text != NULL);
                pyembed_free(text);
                pyembed_free(NULL);
                printf("%d\n", pyembed_finalize());
                show(pyembed_run_source("1"));
                return 0;
            }
            """
        );
        foreach (var package in new[] { "greeter", "greeter-static" })
        {
            var result = products.Run(products.Compile("mistakes.c", package));
            Assert.Equal(0, result.ExitCode);
            Assert.Equal("", result.Error);
            Assert.Equal(
                """
                -1 the interpreter is not started: call pyembed_initialize first
                -1 the interpreter is not started: call pyembed_initialize first
                0
                -1 the interpreter can be started once in a process
                -1   File "<string>", line 1
                    x = (1
                        ^
                SyntaxError: '(' was never closed

                -1 Traceback (most recent call last):
                  File "<string>", line 3, in <module>
                  File "<string>", line 2, in f
                ValueError: deep


                """.ReplaceLineEndings("\n").TrimEnd() + "\n\n",
                result.Output[..(result.Output.IndexOf("deep", StringComparison.Ordinal) + 6)]
            );
            Assert.EndsWith("0\n44\n5 ['']\n0\n1\n1\n0\n-1 the interpreter was ended\n", result.Output);
        }
    }

    [Fact]
    public void Threads_of_a_host_call_python_at_once_and_its_signals_stay_its_own()
    {
        products.Workspace.Write(
            "threads.c",
            """
            #include "pyembed.h"
            #include <pthread.h>
            #include <signal.h>
            #include <stdio.h>
            #include <stdlib.h>
            static void handler(int number) { (void)number; }
            static void *work(void *result) {
                for (int round = 0; round < 200; round++) {
                    char *text = pyembed_call("math", "factorial.__call__", NULL);
                    if (text != NULL || *pyembed_error() == 0) return NULL;
                    text = pyembed_call("builtins", "len", "four");
                    *(int *)result += text == NULL ? 1000 : atoi(text);
                    pyembed_free(text);
                }
                return result;
            }
            int main(int argc, char **argv) {
                pthread_t threads[4];
                int results[4] = {0};
                signal(SIGINT, handler);
                if (pyembed_initialize(argc, argv) < 0) return 1;
                struct sigaction after;
                sigaction(SIGINT, NULL, &after);
                for (int at = 0; at < 4; at++) pthread_create(&threads[at], NULL, work, &results[at]);
                for (int at = 0; at < 4; at++) { void *done; pthread_join(threads[at], &done); if (done == NULL) return 2; }
                int state = pyembed_gil_acquire(), inner = pyembed_gil_acquire();
                char *text = pyembed_call("builtins", "str", "nested");
                pyembed_gil_release(inner);
                pyembed_gil_release(state);
                printf("%d %d %d %d %d %s\n", after.sa_handler == handler, results[0], results[1], results[2], results[3], text);
                pyembed_free(text);
                return pyembed_finalize() < 0;
            }
            """
        );
        foreach (var package in new[] { "greeter", "greeter-static" })
        {
            var result = products.Run(products.Compile("threads.c", package, "-lpthread"));
            Assert.Equal(("1 800 800 800 800 nested\n", "", 0), (result.Output, result.Error, result.ExitCode));
        }
    }

    [Fact]
    public void A_damaged_library_gives_an_error_and_no_crash()
    {
        var damaged = products.Workspace.EmptyFolder();
        var bytes = File.ReadAllBytes(products.Shared.ProductPath);
        var magic = bytes.AsSpan().LastIndexOf("encodings.utf_8"u8);
        Assert.True(magic > 0);
        var host = products.Compile("main.c", "greeter");
        var start = FileOffsetOfResources(products.Shared.ProductPath);
        foreach (var at in new[] { start, start + 8, start + 16, start + 60 })
        {
            bytes[at] ^= 0xff;
            File.WriteAllBytes(Path.Combine(damaged, "libgreeter.so"), bytes);
            bytes[at] ^= 0xff;
            var result = Workspace.Run(
                new Command(host, []) { Environment = new Dictionary<string, string?> { ["LD_LIBRARY_PATH"] = damaged } }
            );
            Assert.Equal(1, result.ExitCode);
            Assert.StartsWith("start: the packed resources are damaged: ", result.Error);
        }
    }

    [Fact]
    public void A_library_that_was_opened_for_its_opener_alone_loads_extension_modules_from_memory()
    {
        using var workspace = new Workspace();
        workspace
            .Write(
                "fast.c",
                """
                extern void *PyModule_Create2(void *, int);
                static struct { long refcount; void *rest[4]; const char *name, *doc; long size; void *slots[5]; } definition = {1, {0}, "fast", "quick", -1, {0}};
                void *PyInit_fast(void) { return PyModule_Create2(&definition, 1013); }
                """
            )
            .Write(
                "host.c",
                """
                #include <dlfcn.h>
                #include <stdio.h>
                int main(int argc, char **argv) {
                    void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
                    if (library == NULL) { puts(dlerror()); return 2; }
                    int (*start)(int, char **) = dlsym(library, "pyembed_initialize"), (*run)(const char *) = dlsym(library, "pyembed_run_source"), (*end)(void) = dlsym(library, "pyembed_finalize");
                    const char *(*error)(void) = dlsym(library, "pyembed_error");
                    if (start(0, NULL) < 0 || run("import fast, bz2\nprint(fast.__doc__, bz2.decompress(bz2.compress(b'x')))") < 0) { puts(error()); return 3; }
                    return end() < 0;
                }
                """
            );
        workspace.Write(
            "oxidizer.toml",
            $"""
            {Workspace.Distribution311}
            [build]
            application_name = "app"
            output = "shared-library"
            [python_extensions]
            excludes = ["_gdbm", "_uuid"]
            [[python_packages]]
            type = "stdlib"
            [[python_packages]]
            type = "package-root"
            path = "."
            packages = ["fast"]
            """
        );
        foreach (
            string[] arguments in new string[][]
            {
                ["-shared", "-fPIC", workspace["fast.c"], "-o", workspace["fast.so"]],
                [workspace["host.c"], "-o", workspace["host"]],
            }
        )
            Assert.Equal(0, Workspace.Run(new Command("cc", arguments)).ExitCode);
        var product = workspace.Build();
        Assert.Empty(product.OwnWarnings());
        var result = workspace.Run(workspace["host"], product.ProductPath);
        Assert.Equal(("quick b'x'\n", "", 0), (result.Output, result.Error, result.ExitCode));
    }

    [Fact]
    public void A_static_libc_and_a_shared_library_exclude_each_other()
    {
        products.Workspace.Write("both.toml", File.ReadAllText(products.Workspace["oxidizer.toml"]) + "\n[toolchain]\nstatic = true\n");
        Assert.Matches(
            @"both\.toml:\d+:\d+: error OXI\d+: `output = ""shared-library""`",
            Assert.Throws<BuildFailedException>(() => products.Workspace.Build("both.toml")).Message
        );
    }

    [Fact]
    public void A_library_that_is_for_executables_only_is_named_with_the_extension_to_leave_out()
    {
        products.Workspace.Write(
            "gdbm.toml",
            File.ReadAllText(products.Workspace["oxidizer.toml"])
                .Replace("excludes = [\"_gdbm\", \"_uuid\"]", "policy = \"all\"", StringComparison.Ordinal)
        );
        Assert.Contains(
            "error OXI0701: `libgdbm.a`, `libuuid.a` were compiled for executables, and cannot be part of a shared library; leave out what links it (`excludes = [\"_gdbm\", \"_uuid\"]`",
            Assert.Throws<BuildFailedException>(() => products.Workspace.Build("gdbm.toml")).Message
        );
    }

    private static int FileOffsetOfResources(string file)
    {
        var line = Workspace
            .Run(new Command("readelf", ["-SW", file]))
            .Output.Split('\n')
            .Single(line => line.Contains(".oxidizer.resources", StringComparison.Ordinal));
        return Convert.ToInt32(line.Split("PROGBITS")[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], 16);
    }

    private static List<string> Symbols(string option, string file) =>
        [
            .. Workspace
                .Run(new Command("nm", [option, "--defined-only", "--format=just-symbols", file]))
                .Output.Split('\n')
                .Where(name => name.Length > 0 && !name.EndsWith(':')),
        ];
}
