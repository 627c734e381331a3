using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>A project's folder as it is: <c>packages = ["*"]</c> and the rule <c>data</c>.</summary>
public sealed class DataTests : IDisposable
{
    private const string Main = """
        import importlib, importlib.resources, os, sys, app, pkg

        base = os.path.dirname(os.path.abspath(app.__file__))
        def read(path):
            with open(os.path.join(base, path), "rb") as file:
                return file.read()
        print(app.page(), read("pkg/data/table.txt"), read("share/app/words.txt"), read("share/app/.hidden"))
        print(sorted(item.name for item in importlib.resources.files("pkg.data").iterdir()))
        print(importlib.resources.files("pkg").joinpath("data/deep/x.bin").read_bytes(), pkg.__loader__.get_data(os.path.join(base, "pkg", "data", "table.txt")))
        for name in ("pkg.template", "pkg.two"):
            try:
                importlib.import_module(name)
            except SyntaxError as error:
                print(type(error).__name__, error.msg, error.lineno, os.path.basename(error.filename))
        print([os.stat(os.path.join(base, "pkg", name)).st_mode & 0o100 for name in ("run.sh", "__init__.py")])
        print("beside" in sys.argv or os.path.isdir(os.path.join(base, "pkg", "spool")))
        """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    private void WriteProject(string more, string rule = "") =>
        _workspace
            .Write(
                "project/app.py",
                "import os\ndef page():\n    return open(os.path.join(os.path.dirname(__file__), 'templates', 'page.html')).read()\n"
            )
            .Write("project/main.py", Main)
            .Write("project/templates/page.html", "<p>{{ title }}</p>")
            .Write("project/pkg/__init__.py", "")
            .Write("project/pkg/template.py", "class {{ name }}:\n    pass\n")
            .Write("project/pkg/two.py", "x = 1\nprint 'two'\n")
            .Write("project/pkg/data/table.txt", "a table")
            .Write("project/pkg/data/deep/x.bin", "bytes")
            .WriteProgram("project/pkg/run.sh", "#!/bin/sh\n")
            .Write("project/README.md", "not packed")
            .Write("words/words.txt", "words")
            .Write("words/.hidden", "hidden")
            .Write(
                "oxidizer.toml",
                $"""
                {Workspace.Distribution311}
                [build]
                application_name = "project"
                [[python_packages]]
                type = "stdlib"
                [[python_packages]]
                type = "package-root"
                path = "project"
                packages = ["*"]
                {rule}
                [[python_packages]]
                type = "data"
                path = "words"
                dest = "share/app"
                {rule}
                [python_run]
                mode = "module"
                module = "main"
                {more}
                """
            );

    [Theory]
    [InlineData("[python_config]\nmodule_file = \"filesystem\"", "")]
    [InlineData("", "install_location = \"app-relative:lib\"")]
    [InlineData("[python_config]\nmodule_file = \"filesystem\"\n[packing]\ncompress = \"zstd\"", "")]
    public void A_project_finds_its_files_as_on_the_disk(string more, string rule)
    {
        WriteProject(more, rule);
        Directory.CreateDirectory(_workspace["project/pkg/spool"]);
        var product = _workspace.Build();
        Assert.Equal(["OXI0409", "OXI0409"], product.OwnWarnings().Select(warning => warning.Id));
        Directory.CreateDirectory(_workspace["project/share"]);
        Directory.CreateSymbolicLink(_workspace["project/share/app"], _workspace["words"]);
        CommandResult Run(string program, params string[] arguments) =>
            Workspace.Run(
                new Command(program, arguments)
                {
                    ClearEnvironment = true,
                    WorkingDirectory = _workspace.EmptyFolder(),
                    Environment = new Dictionary<string, string?> { ["HOME"] = _workspace["home"] },
                }
            );
        var onDisk = Run("/usr/bin/python3.11", "-B", _workspace["project/main.py"]);
        Assert.Equal(("", 0), (onDisk.Error, onDisk.ExitCode));
        // An empty folder is no file, and the folder beside a product holds files.
        var packed = rule.Length > 0 ? Run(product.ProductPath, "beside") : Run(product.ProductPath);
        Assert.Equal(("", 0), (packed.Error, packed.ExitCode));
        Assert.Equal(onDisk.Output, packed.Output);
    }

    [Fact]
    public void Plain_files_are_read_from_memory_by_their_paths()
    {
        WriteProject("");
        _workspace.Write(
            "project/main.py",
            """
            import os, app
            base = os.path.dirname(app.__file__)
            print(app.__loader__.get_data(base + "/share/app/words.txt"), app.__loader__.get_data(base + "/templates/page.html"))
            """
        );
        var result = _workspace.Run(_workspace.Build().ProductPath);
        Assert.Equal(("b'words' b'<p>{{ title }}</p>'\n", "", 0), (result.Output, result.Error, result.ExitCode));
    }

    [Fact]
    public void A_changed_file_is_packed_and_nothing_is_compiled()
    {
        WriteProject("");
        _workspace.Build();
        Assert.Empty(_workspace.Build().Executed);
        // What no cache has seen.
        _workspace.Write("words/words.txt", Guid.NewGuid().ToString());
        Assert.Equal(
            ["pack"],
            _workspace.Build().Executed.Select(action => action.Kind).Where(kind => kind is not "link" and not "install")
        );
    }
}
