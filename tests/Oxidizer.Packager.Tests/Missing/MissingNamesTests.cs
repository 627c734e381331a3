using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Missing;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Missing;

/// <summary>Which warnings a program gives: of packages on the disk, collected as a build does.</summary>
public sealed class MissingNamesTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild().Stdlib();

    public MissingNamesTests() => Run(new RunTable { Mode = "module", Module = "app.main" });

    public void Dispose() => _build.Dispose();

    [Fact]
    public void A_missing_name_is_said_once_with_its_first_place_and_the_number_of_others()
    {
        App(
            ("main.py", "import keyword\nimport app.views\nimport redis.client\n"),
            ("views.py", "\nfrom redis import Redis\nimport redis\n")
        );
        var warning = Assert.Single(Tell());
        Assert.Equal(("OXI0333", _build["app/main.py"], 3), (warning.Kind.Id, warning.Location!.File, warning.Location.Line));
        Assert.StartsWith(
            "`app.main` imports `redis`, which nothing brings (and 2 more places)",
            warning.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("`optional_imports` of [packing]", warning.Message);
    }

    [Theory]
    [InlineData("try:\n    import redis\nexcept ImportError:\n    redis = None\n")]
    [InlineData("if TYPE_CHECKING:\n    import redis\n")]
    [InlineData("if sys.platform == 'win32':\n    import redis\n")]
    [InlineData("def main():\n    import redis\n")]
    [InlineData("import app\nfrom app import plugin_that_is_an_attribute\n")]
    [InlineData("from __future__ import annotations\nimport __main__, sys, builtins, marshal, zipimport, oxidized_importer\n")]
    [InlineData("import sys\nsys.modules['redis'] = sys\nimport redis\n")]
    [InlineData("import sys\nsys.path.insert(0, '/opt')\nimport redis\n")]
    public void What_is_not_missing_for_certain_is_not_said(string main)
    {
        App(("main.py", main));
        Assert.Empty(Tell());
    }

    [Fact]
    public void A_plugin_that_nothing_imports_is_not_said()
    {
        App(
            ("main.py", "import app.core\n"),
            ("core.py", "def load():\n    import app.plugins.cache\n"),
            ("plugins/__init__.py", ""),
            ("plugins/cache.py", "import redis\n")
        );
        Assert.Empty(Tell());
        App(("core.py", "from app.plugins import cache\n"));
        Assert.Equal(["redis"], Names());
    }

    [Fact]
    public void The_packages_above_a_module_are_imported_and_so_is_what_they_import()
    {
        App(("__init__.py", "from . import setup\n"), ("setup.py", "import redis\n"), ("main.py", ""));
        Assert.Equal(["redis"], Names());
    }

    [Fact]
    public void A_missing_submodule_is_said_unless_its_package_makes_modules()
    {
        App(("main.py", "from .gone import x\nimport app.lost.deep\n"));
        Assert.Equal(["app.gone", "app.lost"], Names());
        App(("__init__.py", "import sys\nsys.meta_path.append(1)\n"));
        Assert.Empty(Tell());
    }

    [Fact]
    public void A_module_that_another_packages_hook_names_is_not_said_as_setuptools_brings_distutils()
    {
        App(
            ("main.py", "import hack\nimport app.brought\nimport redis.client\nimport numpy\n"),
            ("../hack.py", "import sys\nNAMES = 'app.brought', \"redis\"\nsys.meta_path.insert(0, object())\n")
        );
        _build.Packages("hack");
        Assert.Equal(["numpy"], Names());
    }

    [Fact]
    public void A_module_below_one_that_is_no_package_is_not_said_for_it_may_make_it()
    {
        App(("main.py", "import app.six.moves\nfrom app.six.moves import urllib\n"), ("six.py", ""));
        Assert.Empty(Tell());
    }

    [Fact]
    public void Folders_on_the_path_may_bring_a_top_level_name_and_no_submodule()
    {
        App(("main.py", "import redis\nimport app.gone\n"));
        Python(new PythonConfigTable { SysPaths = ["/opt"] });
        Assert.Equal(["app.gone"], Names());
        Python(new PythonConfigTable { FilesystemImporter = false });
        App(("main.py", "import sys\nsys.path.insert(0, '/opt')\nimport redis\n"));
        Assert.Equal(["redis"], Names());
    }

    [Fact]
    public void What_the_configuration_starts_and_its_code_are_looked_at()
    {
        App(("main.py", "import redis\n"));
        Run(new RunTable { Mode = "module", Module = "app" });
        Assert.Equal(["app.__main__"], Names());
        Run(new RunTable { Mode = "module", Module = "app.gone:main" });
        Assert.Equal(["app.gone"], Names());
        Run(new RunTable { Mode = "module", Module = "app.main:main" });
        Assert.Equal(["redis"], Names());
        Run(new RunTable { Mode = "eval", Code = "import keyword, numpy; import app.main" });
        Assert.Equal(["numpy", "redis"], Names());
        Assert.Contains("the code of [python_run] imports `numpy`", Tell()[0].Message);
        Run(new RunTable { Mode = "repl" });
        Assert.Empty(Tell());
        Run(new RunTable { Mode = "file", Path = "/x.py" });
        Assert.Empty(Tell());
    }

    [Fact]
    public void What_is_optional_by_the_configuration_is_not_said()
    {
        App(("main.py", "import redis\nimport numpy.linalg\n"));
        _build.Configuration = _build.Configuration with { Packing = new PackingTable { OptionalImports = ["red*"] } };
        Assert.Equal(["numpy"], Names());
        _build.Configuration = _build.Configuration with { Packing = new PackingTable { OptionalImports = ["*"] } };
        Assert.Empty(Tell());
    }

    [Fact]
    public void The_way_out_of_a_missing_module_of_the_standard_library_is_another()
    {
        App(("main.py", "import json\nimport math\nimport redis\n"));
        _build.Configuration = _build.Configuration with
        {
            Extensions = new ExtensionsTable { Policy = "explicit-excludes", Excludes = ["math"] },
        };
        _build.Rule(new FilterRule(false, _build.At(3)) { Globs = ["json*"] });
        var said = Tell().Select(warning => warning.Message).ToList();
        Assert.Contains("add the rule `stdlib`", said.Single(message => message.Contains("imports `json`")));
        Assert.Contains("[python_extensions]", said.Single(message => message.Contains("imports `math`")));
        Assert.Contains("`pip install`", said.Single(message => message.Contains("imports `redis`")));
    }

    [Fact]
    public void A_library_that_is_looked_for_by_name_and_is_not_packed_is_said()
    {
        App(
            ("main.py", "import ctypes_\nfrom app import native\n"),
            (
                "native.py",
                "import keyword as ctypes\ndef load():\n    return ctypes.CDLL('libfoo.so.1')\nX = find_library('bar')\nY = find_library('m')\n"
            )
        );
        var warnings = Tell().Where(warning => warning.Kind.Id == "OXI0335").ToList();
        Assert.Equal([("libfoo.so.1", 3), ("bar", 4)], warnings.Select(warning => (warning.Message.Split('`')[3], warning.Location!.Line)));
        _build.Configuration = _build.Configuration with
        {
            Extensions = new ExtensionsTable { SystemLibraries = ["libfoo.so.*", "libbar.so*"] },
        };
        Assert.DoesNotContain(Tell(), warning => warning.Kind.Id == "OXI0335");
    }

    [Fact]
    public void A_library_that_is_packed_is_not_said()
    {
        App(("main.py", "import keyword as ctypes\nX = find_library('z')\nY = ctypes.CDLL('libz.so.1')\nZ = find_library('zz')\n"));
        File.Copy(Directory.EnumerateFiles("/lib", "libz.so.1", SearchOption.AllDirectories).First(), _build["app/libz.so.1"]);
        Assert.Equal("zz", Assert.Single(Tell()).Message.Split('`')[3]);
    }

    [Theory]
    [InlineData("[console_scripts]\ntool = gone.cli:main\n", "tool-1.dist-info/METADATA,,\n", true)]
    [InlineData("[gui_scripts]\ntool=gone.cli : main\n", "tool-1.dist-info/METADATA,,\n", true)]
    [InlineData("[console_scripts]\ntool = gone.cli:main\n", "gone/cli.py,,\n", false)]
    [InlineData("[console_scripts]\ntool = gone.cli:main\n", "gone/cli.cpython-311-x86_64-linux-gnu.so,,\n", false)]
    [InlineData("[console_scripts]\ntool = gone.cli:main [extra]\n", "tool-1.dist-info/METADATA,,\n", false)]
    [InlineData("[other.plugins]\ntool = gone.cli:main\n", "tool-1.dist-info/METADATA,,\n", false)]
    [InlineData("[console_scripts]\ntool = app.main:main\n", "tool-1.dist-info/METADATA,,\n", false)]
    [InlineData("[console_scripts]\ntool\n= =\n[x\n", "", false)]
    public void A_script_whose_module_no_record_lists_and_nothing_brings_is_said(string entries, string record, bool said)
    {
        App(("main.py", ""));
        _build
            .Write("site/tool/__init__.py", "")
            .Write("site/tool-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tool\nVersion: 1\n")
            .Write("site/tool-1.dist-info/RECORD", record + "tool/__init__.py,,\n")
            .Write("site/tool-1.dist-info/entry_points.txt", entries)
            .Rule(new InstalledRule(["tool"], _build.At(3)) { Path = _build["site"] });
        var warnings = Tell().Where(warning => warning.Kind.Id == "OXI0334").ToList();
        Assert.Equal(said ? 1 : 0, warnings.Count);
        if (said)
            Assert.StartsWith(
                "the script `tool` of the distribution `tool` is in `gone.cli`",
                warnings[0].Message,
                StringComparison.Ordinal
            );
    }

    private MissingNamesTests App(params (string Name, string Text)[] files)
    {
        _build.Write("app/__init__.py", "");
        foreach (var (name, text) in files)
            _build.Write("app/" + name, text);
        if (!_build.Rules.Exists(rule => rule is PackageRootRule))
            _build.Packages("app");
        return this;
    }

    private void Run(RunTable run) => _build.Configuration = _build.Configuration with { Run = run };

    private void Python(PythonConfigTable python) => _build.Configuration = _build.Configuration with { PythonConfig = python };

    private IReadOnlyList<string> Names() =>
        [.. Tell().Where(warning => warning.Kind.Id == "OXI0333").Select(warning => warning.Message.Split("`, which")[0].Split('`')[^1])];

    private List<Diagnostic> Tell()
    {
        var context = _build.Context();
        var resources = _build.Collect(context);
        Assert.False(context.Diagnostics.HasErrors, string.Join('\n', context.Diagnostics.All));
        _build.TellMissing(resources, context);
        return [.. context.Diagnostics.All.Where(warning => warning.Kind.Id is "OXI0333" or "OXI0334" or "OXI0335")];
    }
}
