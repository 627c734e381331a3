using Oxidizer.Packager.Context;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>The rules that have requirements, with pip and a server of this machine.</summary>
public sealed class RequirementsTests : IClassFixture<WebServer>, IDisposable
{
    private readonly PackageIndex _index;
    private readonly Workspace _workspace = new();

    public RequirementsTests(WebServer server)
    {
        _index = new PackageIndex(server)
            .Wheel(
                "alpha",
                "1.0",
                [("alpha.py", "VERSION = '1.0'\n")],
                "Requires-Dist: beta>=1",
                "Requires-Dist: extra-part; extra == 'more'",
                "Provides-Extra: more"
            )
            .Wheel(
                "alpha",
                "1.1",
                [("alpha.py", "VERSION = '1.1'\n")],
                "Requires-Dist: beta>=1",
                "Requires-Dist: extra-part; extra == 'more'",
                "Provides-Extra: more"
            )
            .Wheel("beta", "1.5", [("beta/__init__.py", "VERSION = '1.5'\n"), ("beta/words.txt", "words")])
            .Wheel("extra-part", "2.0", [("extra_part.py", "VERSION = '2.0'\n")]);
    }

    public void Dispose()
    {
        _workspace.Dispose();
        _index.Dispose();
    }

    private string Lock => File.ReadAllText(_workspace["oxidizer.lock"]);

    private RequirementsTests Configure(string rule, string main = "", string more = "", string? index = null)
    {
        _workspace.WriteApplication(
            main,
            more: $"""
            [[python_packages]]
            {rule}
            index_url = "{index ?? _index.Address}"
            {more}
            """
        );
        return this;
    }

    private string Output(BuildResult result)
    {
        var run = _workspace.Run(result.ProductPath);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        return run.Output;
    }

    private static string Packages(BuildResult result) =>
        string.Join(
            ", ",
            result
                .Executed.Where(action =>
                    action.Kind
                        is ActionKinds.Download
                            or ActionKinds.ResolvePackages
                            or ActionKinds.BuildWheel
                            or ActionKinds.InstallPackages
                )
                .Select(action => $"{action.Kind} {action.Name}")
        );

    private const string ProjectFile = "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n";

    // A build backend (PEP 517) of the project's own, as some projects have: it asks for nothing that an index must have.
    private const string BackendSource = """
        import base64, hashlib, os, zipfile

        def build_wheel(folder, config_settings=None, metadata_directory=None):
            files = {
                "project.py": open("project.py").read(),
                "project-4.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: project\nVersion: 4.0\n",
                "project-4.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            }
            digest = lambda text: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
            record = "".join(f"{name},sha256={digest(text)},{len(text)}\n" for name, text in files.items())
            files["project-4.0.dist-info/RECORD"] = record + "project-4.0.dist-info/RECORD,,\n"
            with zipfile.ZipFile(os.path.join(folder, "project-4.0-py3-none-any.whl"), "w") as wheel:
                for name, text in files.items():
                    wheel.writestr(name, text)
            return "project-4.0-py3-none-any.whl"
        """;

    private const string Main = """
        import alpha, beta, importlib.metadata, importlib.resources
        print(alpha.VERSION, beta.VERSION, importlib.resources.files("beta").joinpath("words.txt").read_text(), importlib.metadata.version("alpha"))
        """;

    [Fact]
    public void Requirements_are_resolved_locked_and_installed_once_and_a_raised_one_installs_one_wheel()
    {
        _index.Serve();
        _workspace.Write("requirements.txt", "# what we need\nalpha[more] == 1.0\n");
        Configure("type = \"pip-requirements-file\"\nrequirements_path = \"requirements.txt\"", Main);
        var first = _workspace.Build();
        Assert.Equal("1.0 1.5 words 1.0\n", Output(first));
        Assert.Empty(first.OwnWarnings());
        foreach (var file in new[] { "alpha-1.0-py3-none-any.whl", "beta-1.5-py3-none-any.whl", "extra_part-2.0-py3-none-any.whl" })
            Assert.Contains($"file = \"{file}\"\nsha256 = \"", Lock);
        Assert.Equal(3, first.Executed.Count(action => action.Kind == ActionKinds.InstallPackages));
        var locked = Lock;

        // The server is gone: the lock and the cache have everything.
        _index.Stop();
        var second = _workspace.Build();
        Assert.Empty(second.Executed);
        Assert.Equal(0, second.ProcessesStarted);
        Assert.Equal(first.Digest, second.Digest);
        Assert.Equal(locked, Lock);

        // Comments and spaces are no change.
        _workspace.Write("requirements.txt", "alpha[more] ==  1.0   # as before\n\n");
        Assert.Equal(0, _workspace.Build().ProcessesStarted);

        _index.Serve();
        _workspace.Write("requirements.txt", "alpha[more] == 1.1\n");
        var raised = _workspace.Build();
        Assert.Equal(
            "resolve_packages `requirements.txt`, download alpha-1.1-py3-none-any.whl, install_packages alpha-1.1-py3-none-any.whl",
            Packages(raised)
        );
        Assert.Equal("1.1 1.5 words 1.1\n", Output(raised));
    }

    [Fact]
    public void Constraints_extras_markers_local_wheels_and_included_files_are_as_pip_has_them()
    {
        _index.Serve();
        PackageIndex.WriteWheel(
            _workspace.Write("wheels/x", "")["wheels/local-3.0-py3-none-any.whl"],
            "local",
            "3.0",
            [("local.py", "VERSION = '3.0'\n")]
        );
        _workspace
            .Write("limits.txt", "alpha<1.1\n")
            .Write("deps/more.txt", "beta; python_version >= '3'\nextra-part; python_version < '3'\n")
            .Write("requirements.txt", "-r deps/more.txt\nalpha\n./wheels/local-3.0-py3-none-any.whl\n");
        Configure(
            "type = \"requirements\"\nrequirements_path = \"requirements.txt\"\nconstraints = [\"limits.txt\"]",
            "import alpha, local\nprint(alpha.VERSION, local.VERSION)\n"
        );
        Assert.Equal("1.0 3.0\n", Output(_workspace.Build()));
        Assert.DoesNotContain("extra_part", Lock);
        Assert.Contains("path = \"wheels/local-3.0-py3-none-any.whl\"", Lock);
        Assert.DoesNotContain(_workspace.Folder, Lock);
    }

    [Fact]
    public void A_project_of_the_machine_is_built_once_and_again_when_a_file_of_it_changes()
    {
        _workspace
            .Write("lib/pyproject.toml", ProjectFile)
            .Write("lib/backend.py", BackendSource)
            .Write("lib/project.py", $"# {Guid.NewGuid()}\nVERSION = 'first'\n");
        _index.Serve();
        Configure("type = \"pip-install\"\npackages = [\"./lib\"]", "import project\nprint(project.VERSION)\n");
        var first = _workspace.Build();
        Assert.Equal("first\n", Output(first));
        Assert.Equal("resolve_packages `./lib`, build_wheel project 4.0, install_packages project-4.0-py3-none-any.whl", Packages(first));
        Assert.Equal(0, _workspace.Build().ProcessesStarted);

        _workspace.Write("lib/project.py", $"# {Guid.NewGuid()}\nVERSION = 'second'\n");
        var second = _workspace.Build();
        Assert.Equal("second\n", Output(second));
        Assert.Equal("build_wheel project 4.0, install_packages project-4.0-py3-none-any.whl", Packages(second));
    }

    [Fact]
    public void A_source_archive_of_an_index_is_built_once()
    {
        _workspace
            .Write("sources/project-4.0/pyproject.toml", ProjectFile)
            .Write("sources/project-4.0/PKG-INFO", "Metadata-Version: 2.1\nName: project\nVersion: 4.0\n")
            .Write("sources/project-4.0/backend.py", BackendSource)
            .Write("sources/project-4.0/project.py", $"# {Guid.NewGuid()}\nVERSION = 'built'\n");
        var archive = Path.Combine(_index.Files, "project-4.0.tar.gz");
        Assert.Equal(0, _workspace.Run("/usr/bin/tar", "-czf", archive, "-C", _workspace["sources"], "project-4.0").ExitCode);
        _index.Serve();
        Configure("type = \"pip-install\"\npackage = \"project\"", "import project\nprint(project.VERSION)\n");
        var first = _workspace.Build();
        Assert.Equal("built\n", Output(first));
        Assert.Equal(
            "resolve_packages `project`, download project-4.0.tar.gz, build_wheel project 4.0, install_packages project-4.0-py3-none-any.whl",
            Packages(first)
        );
        Assert.Contains("file = \"project-4.0.tar.gz\"", Lock);
        _index.Stop();
        Assert.Equal(0, _workspace.Build().ProcessesStarted);
    }

    [Fact]
    public void A_lock_of_another_tool_is_installed_as_it_says()
    {
        _index.Serve();
        string Entry(string name, string file, string place) =>
            $$"""
                [[packages]]
                name = "{{name}}"
                version = "{{file.Split('-')[1]}}"
                wheels = [{ {{place}}, hashes = { sha256 = "{{Oxidizer.Cache.Sha256Digest.OfFile(Path.Combine(_index.Files, file))}}" } }]

                """;
        _workspace.Write(
            "pylock.toml",
            "lock-version = \"1.0\"\ncreated-by = \"test\"\n"
                + Entry(
                    "alpha",
                    "alpha-1.0-py3-none-any.whl",
                    $"url = \"{_index.Address.Replace("/simple/", "/files/", StringComparison.Ordinal)}alpha-1.0-py3-none-any.whl\""
                )
                + Entry("beta", "beta-1.5-py3-none-any.whl", "name = \"beta-1.5-py3-none-any.whl\"")
        );
        Configure("type = \"pylock\"\npath = \"pylock.toml\"", Main);
        var first = _workspace.Build();
        Assert.Equal("1.0 1.5 words 1.0\n", Output(first));
        Assert.DoesNotContain(first.Executed, action => action.Kind == ActionKinds.ResolvePackages);
        Assert.False(File.Exists(_workspace["oxidizer.lock"]));
        _index.Stop();
        Assert.Equal(0, _workspace.Build().ProcessesStarted);
    }
}
