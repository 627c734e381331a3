using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>CPython installs modules that are no Python, to test what it refuses: with <c>include_test_modules</c> a product has them as
/// they are.</summary>
public sealed class RefusedModuleTests : IDisposable
{
    // All that Python refuses below the folders of the library's tests, and what it says when they are imported.
    private const string List = """
        import os, sys, sysconfig
        library = sysconfig.get_path("stdlib")
        for folder, _, files in os.walk(library):
            for path in (os.path.relpath(os.path.join(folder, name), library) for name in files if name.endswith(".py")):
                parts = path[:-3].split("/")
                if {"test", "tests"} & set(parts[:-1]) and all(part.isidentifier() for part in parts) and not any(part.startswith("test_") for part in parts):
                    try:
                        compile(open(os.path.join(library, path), "rb").read(), path, "exec", 0, True)
                    except (SyntaxError, ValueError):
                        print(".".join(parts))
        """;

    private const string Ask = """
        import importlib, os, sys
        for name in sys.argv[1:]:
            try:
                importlib.import_module(name)
            except SyntaxError as e:
                print(name, type(e).__name__, e.msg, os.path.basename(e.filename or ""), e.lineno, e.offset, repr(e.text), e.end_lineno, e.end_offset)
            except ValueError as e:
                print(name, type(e).__name__, e)
        import importlib.util
        print(len(importlib.util.find_spec(sys.argv[1]).loader.get_data(importlib.util.find_spec(sys.argv[1]).origin)))
        sys.stdout.flush()
        exec("import " + sys.argv[1])
        """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData(Workspace.Distribution311, "apt:python3.11", true)]
    [InlineData(Workspace.Distribution311, "apt:python3.11", false)]
    [InlineData(Workspace.Distribution313, "apt:python3.13", false)]
    public void A_test_module_that_python_refuses_is_packed_as_it_is_and_refused_in_the_same_words(
        string table,
        string source,
        bool includeSource
    )
    {
        var python = DistributionArchive.Unpacked(source);
        CommandResult OnDisk(params string[] arguments) =>
            Workspace.Run(
                new Command(python.PathOf(python.Executable), ["-I", "-B", .. arguments])
                {
                    ClearEnvironment = true,
                    WorkingDirectory = _workspace.Folder,
                }
            );
        var names = OnDisk("-c", List).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(names.Length, 4, 100);

        _workspace
            .Write("ask.py", Ask)
            .Write(
                "oxidizer.toml",
                $"""
                {table}
                [build]
                application_name = "app"
                [python_config]
                isolated = true
                [[python_packages]]
                type = "stdlib"
                include_test_modules = true
                include_source = {(includeSource ? "true" : "false")}
                excludes = ["test.test_*", "idlelib.*", "tkinter.*", "lib2to3.tests.test_*", "distutils.tests.*", "unittest.test.*", "ctypes.test.*"]
                [python_run]
                mode = "file"
                path = "{_workspace["ask.py"]}"
                """
            );
        var product = _workspace.Build().ProductPath;
        var (onDisk, packed) = (OnDisk(["ask.py", .. names]), _workspace.Run(product, names));
        Assert.Equal(names.Length + 1, onDisk.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal((onDisk.Output, onDisk.ExitCode), (packed.Output, packed.ExitCode));
        Assert.Equal(Lines(onDisk), Lines(packed));
    }

    [Theory]
    [InlineData("embedded")]
    [InlineData("app-relative:lib")]
    public void A_module_whose_name_no_statement_can_have_is_imported_by_its_name(string location)
    {
        const string main = """
            import importlib, importlib.resources, pkgutil, sys
            import app.parts
            for name in ("0001_first", "my-plugin", "2-broken", "3_absent"):
                try:
                    print(importlib.import_module("app.parts." + name).__name__)
                except (SyntaxError, ImportError) as e:
                    print(type(e).__name__, e.msg)
            print(sorted(module.name for module in pkgutil.iter_modules(app.parts.__path__)))
            files = importlib.resources.files("app.parts")
            print(sorted(item.name for item in files.iterdir() if item.name != "__pycache__"), (files / "2-broken.py").read_text())
            """;
        _workspace
            .Write("app/__init__.py", "")
            .Write("app/parts/__init__.py", "")
            .Write("app/parts/0001_first.py", "x = 1\n")
            .Write("app/parts/my-plugin.py", "x = 2\n")
            .Write("app/parts/2-broken.py", "class {name}:\n")
            .Write("app/__main__.py", main)
            .Write(
                "oxidizer.toml",
                $"""
                {Workspace.Distribution311}
                [build]
                application_name = "names"
                [[python_packages]]
                type = "stdlib"
                [[python_packages]]
                type = "package-root"
                path = "."
                packages = ["app"]
                install_location = "{location}"
                [python_run]
                mode = "module"
                module = "app"
                """
            );
        var python = DistributionArchive.Unpacked("apt:python3.11");
        var onDisk = Workspace.Run(
            new Command(python.PathOf(python.Executable), ["-B", "-m", "app"])
            {
                ClearEnvironment = true,
                WorkingDirectory = _workspace.Folder,
            }
        );
        Assert.Equal(0, onDisk.ExitCode);
        Assert.Contains("SyntaxError", onDisk.Output);
        var packed = _workspace.Run(_workspace.Build().ProductPath);
        Assert.Equal(("", 0), (packed.Error, packed.ExitCode));
        Assert.Equal(onDisk.Output, packed.Output);
    }

    // Where files are is each one's own; what Python warns of on the way is said once a file, by the compiler.
    private static IEnumerable<string> Lines(CommandResult result) =>
        result
            .Error.Split('\n')
            .SkipWhile(line => !line.StartsWith("Traceback", StringComparison.Ordinal))
            .Select(line =>
                line.TrimStart().StartsWith("File ", StringComparison.Ordinal) && line.Contains('/')
                    ? "  File " + Path.GetFileName(line)
                    : line
            );
}
