using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Tests.Projects;

/// <summary>What a project's folder becomes without a configuration, and with one in its <c>pyproject.toml</c>.</summary>
public sealed class ProjectInputTests : IDisposable
{
    private const string Plain =
        "[project]\nname = \"My-App\"\nversion = \"1.2\"\n[project.scripts]\nmy-app = \"my_app.cli:main [fast]\"\n";
    private readonly ProjectFolder _project = new();

    public void Dispose() => _project.Dispose();

    [Theory]
    [InlineData("src/my_app/__init__.py", "src")]
    [InlineData("my_app/__init__.py", "")]
    [InlineData("src/my_app.py", "src")]
    [InlineData("my_app/deep/only.py", "")]
    public void A_plain_project_is_its_package_with_the_standard_library_and_its_metadata(string file, string root)
    {
        _project.Write("pyproject.toml", Plain).Write(file);
        foreach (var name in new[] { "", "pyproject.toml" })
        {
            var read = _project.Read(name);
            Assert.Equal(("My-App", "My-App"), (read.Build.ApplicationName, read.PythonConfig.ProgramName));
            Assert.Equal(("module", "my_app.cli:main"), (read.Run.Mode, read.Run.Module));
            Assert.Equal("apt:python3", read.Distribution.Source);
            Assert.Equal(_project.Folder, read.Directory);
            Assert.IsType<StdlibRule>(read.Packages[0]);
            var packages = Assert.IsType<PackageRootRule>(read.Packages[1]);
            Assert.Equal((Path.TrimEndingDirectorySeparator(_project[root]), "my_app"), (packages.Path, packages.Packages.Single()));
            Assert.Equal("1.2", Assert.IsType<MetadataRule>(read.Packages[2]).Version);
            Assert.Equal(3, read.Packages.Count);
            Assert.Empty(read.Warnings);
        }
    }

    [Theory]
    [InlineData("PyThing", "", "PyThing/__init__.py", "PyThing")]
    [InlineData("company.app", "", "src/company/app/__init__.py", "company.app")]
    [InlineData(
        "x",
        "[tool.setuptools]\npackages = [\"one\", \"one.sub\", \"two\"]\npackage-dir = { \"\" = \"lib\" }\n",
        "lib/one/a.py",
        "one,two"
    )]
    [InlineData("x", "[tool.setuptools]\npy-modules = [\"one\"]\n", "one.py", "one")]
    [InlineData("x", "[tool.setuptools.packages.find]\nwhere = [\"lib\"]\nexclude = [\"tests*\"]\n", "lib/one/__init__.py", "one")]
    [InlineData("x", "[tool.hatch.build.targets.wheel]\npackages = [\"lib/one\"]\n", "lib/one/__init__.py", "one")]
    public void Packages_of_other_names_are_found_where_the_file_lists_them(string name, string tables, string file, string packages)
    {
        _project
            .Write("pyproject.toml", $"[project]\nname = \"{name}\"\nversion = \"1\"\nscripts = {{ a = \"a:b\" }}\n{tables}")
            .Write(file)
            .Write("lib/tests/__init__.py");
        Assert.Equal(packages, string.Join(',', _project.Read().Packages.OfType<PackageRootRule>().Single().Packages));
    }

    [Fact]
    public void Packages_that_only_a_backend_knows_are_told_with_where_they_were_looked_for()
    {
        _project.Write("pyproject.toml", Plain).Write("other/__init__.py");
        var mistake = Assert.Single(_project.Mistakes());
        Assert.Equal(("OXI0120", 1), (mistake.Kind.Id, mistake.Location!.Line));
        Assert.Contains("`src/my_app` or `my_app`", mistake.Message);
        Assert.Contains("[[tool.oxidizer.python_packages]]", mistake.Message);
    }

    [Fact]
    public void What_it_requires_is_a_rule_of_pip()
    {
        _project
            .Write(
                "pyproject.toml",
                Plain.Replace("version", "dependencies = [\"requests[socks] >=2.8\", 'rich; os_name == \"posix\"']\nversion")
            )
            .Write("my_app/__init__.py");
        var rule = Assert.Single(_project.Read().Packages.OfType<PipInstallRule>());
        Assert.Equal(["requests[socks] >=2.8", "rich; os_name == \"posix\""], rule.Packages);
        Assert.Equal(3, rule.Location!.Line);
        var diagnostics = new DiagnosticBag();
        NotYet.Check(_project.Read(), diagnostics);
        Assert.All(diagnostics.All, diagnostic => Assert.Equal(("OXI0117", 3), (diagnostic.Kind.Id, diagnostic.Location!.Line)));
    }

    [Theory]
    [InlineData("a = \"m:a\"\nmy_app = \"m:b\"", "m:b")]
    [InlineData("\"my.app\" = \"m : b.c\"", "m:b.c")]
    public void Of_several_commands_that_of_the_projects_name_runs(string scripts, string module)
    {
        _project
            .Write("pyproject.toml", $"[project]\nname = \"my-app\"\nversion = \"1\"\n[project.scripts]\n{scripts}\n")
            .Write("my_app.py");
        Assert.Equal(module, _project.Read().Run.Module);
    }

    [Fact]
    public void A_graphical_command_runs_when_there_is_no_other()
    {
        _project.Write("pyproject.toml", Plain.Replace("[project.scripts]", "[project.gui-scripts]")).Write("my_app.py");
        Assert.Equal("my_app.cli:main", _project.Read().Run.Module);
    }

    [Fact]
    public void Several_commands_of_other_names_are_listed_with_what_chooses()
    {
        _project.Write("pyproject.toml", Plain.Replace("my-app =", "one = \"m:a\"\ntwo =")).Write("my_app.py");
        var mistake = Assert.Single(_project.Mistakes());
        Assert.Equal(("OXI0121", 5), (mistake.Kind.Id, mistake.Location!.Line));
        Assert.Contains("`one`, `two`", mistake.Message);
        Assert.Contains("entry_points = [\"one\", \"two\"]", mistake.Message);
        File.AppendAllText(_project["pyproject.toml"], "[tool.oxidizer.python_run]\nentry_points = [\"one\", \"two\"]\n");
        Assert.Equal(["one", "two"], _project.Read().Run.Starts);
    }

    [Fact]
    public void Without_a_command_the_main_of_the_package_runs_and_without_that_it_is_a_mistake()
    {
        _project.Write("pyproject.toml", "[project]\nname = \"app\"\nversion = \"1\"\n").Write("src/app/__init__.py");
        Assert.Contains("no package of it a `__main__.py`", Assert.Single(_project.Mistakes()).Message);
        _project.Write("src/app/__main__.py");
        Assert.Equal(("module", "app"), (_project.Read().Run.Mode, _project.Read().Run.Module));
    }

    [Theory]
    [InlineData(">=3.9", "apt:python3")]
    [InlineData("", "apt:python3")]
    [InlineData(">=3.12", "apt:python3.13")]
    [InlineData("<3.13", "apt:python3.11")]
    [InlineData("==3.13.*", "apt:python3.13")]
    [InlineData("~=3.11.4", "apt:python3.11")]
    public void The_python_is_one_that_the_project_accepts(string requires, string source)
    {
        _project.Write("pyproject.toml", Plain.Replace("version", $"requires-python = \"{requires}\"\nversion")).Write("my_app.py");
        Assert.Equal(source, _project.Read().Distribution.Source);
    }

    [Fact]
    public void A_python_that_nothing_offers_is_a_mistake_unless_one_is_named()
    {
        _project.Write("pyproject.toml", Plain.Replace("version", "requires-python = \">=3.14\"\nversion")).Write("my_app.py");
        var mistake = Assert.Single(_project.Mistakes());
        Assert.Equal(("OXI0122", 3, 19), (mistake.Kind.Id, mistake.Location!.Line, mistake.Location.Column));
        Assert.Contains("3.11, 3.13", mistake.Message);
        File.AppendAllText(_project["pyproject.toml"], "[tool.oxidizer.python_distribution]\nlocal_path = \"python.tar.zst\"\n");
        Assert.Equal(">=3.14", _project.Read().RequiresPython!.Specifiers);
    }

    [Fact]
    public void The_version_is_the_packages_own_constant_or_else_it_is_not_known()
    {
        _project
            .Write("pyproject.toml", "[project]\nname = \"app\"\ndynamic = [\"version\"]\nscripts = { app = \"app:main\" }\n")
            .Write("src/app/__init__.py", "from x import y\n__version__: str = '1.5rc1'  # by hand\n");
        Assert.Equal("1.5rc1", _project.Read().Packages.OfType<MetadataRule>().Single().Version);
        Assert.Empty(_project.Read().Warnings);
        _project.Write("src/app/__init__.py", "__version__ = version('app')\n");
        Assert.Equal("0", _project.Read().Packages.OfType<MetadataRule>().Single().Version);
        Assert.Equal("OXI0124", Assert.Single(_project.Read().Warnings).Kind.Id);
        _project.Write("src/app/_version.py", "__version__ = \"2.0\"\n");
        Assert.Equal("2.0", _project.Read().Packages.OfType<MetadataRule>().Single().Version);
    }

    [Fact]
    public void The_metadata_are_those_that_a_backend_writes()
    {
        _project
            .Write(
                "pyproject.toml",
                """
                [project]
                name = "my.app"
                version = "1"
                description = "Does things"
                requires-python = ">=3.11"
                dependencies = ["rich"]
                [project.optional-dependencies]
                fast = ["uvloop >=1", "x; os_name == 'nt'"]
                [project.scripts]
                my-app = "my_app:main"
                [project.entry-points."app.plugins"]
                one = "my_app:one"
                """
            )
            .Write("my_app.py");
        var files = _project.Read().Packages.OfType<MetadataRule>().Single().Files;
        Assert.Equal(
            "Metadata-Version: 2.1\nName: my.app\nVersion: 1\nSummary: Does things\nRequires-Python: >=3.11\nRequires-Dist: rich\nProvides-Extra: fast\n"
                + "Requires-Dist: uvloop >=1; extra == \"fast\"\nRequires-Dist: x; (os_name == 'nt') and extra == \"fast\"\n",
            files[0].Text
        );
        Assert.Equal("[console_scripts]\nmy-app = my_app:main\n\n[app.plugins]\none = my_app:one\n", files[1].Text);
    }

    [Fact]
    public void A_configuration_in_the_file_stands_above_the_project_table_by_table()
    {
        _project
            .Write(
                "pyproject.toml",
                Plain + "[tool.oxidizer.build]\napplication_name = \"named\"\n[tool.oxidizer.python_config]\nsys_frozen = true\n"
            )
            .Write("my_app.py");
        var read = _project.Read();
        Assert.Equal(("named", true, "my_app.cli:main"), (read.Build.ApplicationName, read.PythonConfig.SysFrozen, read.Run.Module));
        Assert.Equal(3, read.Packages.Count);
        File.AppendAllText(
            _project["pyproject.toml"],
            "[[tool.oxidizer.python_packages]]\ntype = \"stdlib\"\n[tool.oxidizer.python_run]\nmode = \"repl\"\n"
        );
        Assert.Equal(("repl", 1), (_project.Read().Run.Mode, _project.Read().Packages.Count));
    }

    [Fact]
    public void Mistakes_in_it_stand_where_they_are_in_the_file()
    {
        _project
            .Write("pyproject.toml", Plain + "[tool.oxidizer.build]\nstripp = true\n\n[tool.oxidizer]\nbuilds = { }\n")
            .Write("my_app.py");
        Assert.Equal(
            [("OXI0102", 7, 1), ("OXI0109", 10, 1)],
            _project.Mistakes().Select(mistake => (mistake.Kind.Id, mistake.Location!.Line, mistake.Location.Column))
        );
    }

    [Fact]
    public void A_file_without_a_project_is_a_configuration_when_it_names_rules()
    {
        _project.Write("pyproject.toml", "[build-system]\nrequires = []\n[tool.poetry]\nname = \"x\"\n");
        Assert.Contains("there is no [project]", Assert.Single(_project.Mistakes(), mistake => mistake.Kind.Id == "OXI0120").Message);
        File.AppendAllText(_project["pyproject.toml"], "[[tool.oxidizer.python_packages]]\ntype = \"stdlib\"\n");
        Assert.Equal(Path.GetFileName(_project.Folder), _project.Read().Build.ApplicationName);
    }

    [Fact]
    public void A_configuration_beside_the_project_wins_and_that_is_said()
    {
        _project
            .Write("pyproject.toml", Plain)
            .Write("my_app.py")
            .Write("oxidizer.toml", "[build]\napplication_name = \"other\"\n[[python_packages]]\ntype = \"stdlib\"\n");
        Assert.Equal("other", _project.Read().Build.ApplicationName);
        Assert.Contains("oxidizer.toml` says how it is built, and not the `pyproject.toml` beside it", Assert.Single(_project.Log));
        Assert.Equal("My-App", _project.Read("pyproject.toml").Build.ApplicationName);
    }

    [Fact]
    public void A_folder_with_neither_says_what_to_write()
    {
        var mistake = Assert.Single(_project.Mistakes());
        Assert.Equal("OXI0101", mistake.Kind.Id);
        Assert.Contains("holds neither `oxidizer.toml` nor `pyproject.toml`", mistake.Message);
    }

    [Theory]
    [InlineData("project = 1\n", "OXI0103", "`project` is a table")]
    [InlineData("[project]\nname = 1\n", "OXI0103", "`name` of [project] is a string")]
    [InlineData("[project]\nname = \"a/b\"\nversion = \"1\"\n", "OXI0104", "`name` of [project]")]
    [InlineData("[project]\nname = \"app\"\nversion = 1.0\n", "OXI0103", "`version` of [project] is a string")]
    [InlineData("[project]\nname = \"app\"\ndependencies = \"x\"\n", "OXI0103", "is a list of strings")]
    [InlineData("[project]\nname = \"app\"\ndependencies = [\"x y\"]\n", "OXI0104", "is no requirement")]
    [InlineData("[project]\nname = \"app\"\nrequires-python = \"^3.9\"\n", "OXI0104", "is no condition on versions")]
    [InlineData("[project]\nname = \"app\"\nrequires-python = \">=3.9; os_name == 'nt'\"\n", "OXI0104", "is no condition on versions")]
    [InlineData("[project]\nname = \"app\"\nscripts = [\"x\"]\n", "OXI0103", "`scripts` of [project] is a table")]
    [InlineData("[project]\nname = \"app\"\n[project.scripts]\napp = 1\n", "OXI0103", "`app` of [project.scripts] is a string")]
    [InlineData("[project]\nname = \"app\"\n[project.scripts]\napp = \"app\"\n", "OXI0104", "names no function")]
    [InlineData("[project]\nname = \"app\"\n[project.optional-dependencies]\nx = [\"a b\"]\n", "OXI0104", "is no requirement")]
    [InlineData("[project]\nname = \"app\"\n[tool]\noxidizer = 1\n", "OXI0103", "`tool.oxidizer` is a table")]
    [InlineData("[project\n", "OXI0105", "this is not TOML")]
    public void Bad_projects_are_told_with_the_way_out(string text, string id, string words)
    {
        _project.Write("pyproject.toml", text).Write("app/__main__.py");
        var mistake = _project.Mistakes().First(mistake => mistake.Kind.Id == id);
        Assert.Contains(words, mistake.Message);
        Assert.EndsWith("pyproject.toml", mistake.Location!.File, StringComparison.Ordinal);
    }
}
