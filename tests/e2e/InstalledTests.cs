using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>One product with programs as Debian installs them, by one rule; the tests only read it.</summary>
public sealed class InstalledProduct : IDisposable
{
    // What each file is, and what the metadata says: the same program runs in the product and beside it.
    private const string Inventory = """
        import hashlib, importlib.metadata, importlib.resources, sys

        def walk(item, path):
            for child in sorted(item.iterdir(), key=lambda child: child.name):
                if child.is_dir():
                    if child.name != "__pycache__":
                        walk(child, f"{path}/{child.name}")
                else:
                    print(path, child.name, hashlib.sha256(child.read_bytes()).hexdigest())

        for name in ("black", "blib2to3", "mypy", "mypy.typeshed.stubs", "httpie", "requests", "rich", "pygments.lexers", "logilab.common"):
            walk(importlib.resources.files(name), name)
        for name in sys.argv[1].split(","):
            found = importlib.metadata.distribution(name)
            print(found.metadata["Name"], found.version, sorted(found.requires or []), sorted(map(str, found.entry_points)))
            print(sorted(found.metadata.items()))
        """;

    private readonly DebianPackages _packages = DebianPackages.Fetch(
        "black",
        "httpie",
        "mypy",
        "python3-certifi",
        "python3-chardet",
        "python3-charset-normalizer",
        "python3-click",
        "python3-colorama",
        "python3-defusedxml",
        "python3-idna",
        "python3-importlib-metadata",
        "python3-logilab-common",
        "python3-markdown-it",
        "python3-mdurl",
        "python3-more-itertools",
        "python3-multidict",
        "python3-mypy",
        "python3-mypy-extensions",
        "python3-packaging",
        "python3-pathspec",
        "python3-pip",
        "python3-pkg-resources",
        "python3-platformdirs",
        "python3-psutil",
        "python3-pygments",
        "python3-requests",
        "python3-requests-toolbelt",
        "python3-rich",
        "python3-setuptools",
        "python3-six",
        "python3-socks",
        "python3-typing-extensions",
        "python3-urllib3",
        "python3-wheel",
        "python3-zipp",
        // Nothing needs it.
        "python3-toml"
    );

    public InstalledProduct()
    {
        Workspace
            .Write("inventory.py", Inventory)
            .Write(
                "oxidizer.toml",
                $"""
                {Workspace.Distribution311}
                [build]
                application_name = "tools"
                [python_config]
                act_as_python = true
                module_file = "filesystem"
                [[python_packages]]
                type = "stdlib"
                [[python_packages]]
                type = "installed"
                path = "{_packages.Site}"
                distributions = ["black", "mypy[dmypy]", "httpie", "logilab-common"]
                """
            );
        Result = Workspace.Build();
    }

    public Workspace Workspace { get; } = new();

    public BuildResult Result { get; }

    /// <summary>What the build said of the rule.</summary>
    public string Told => Workspace.Log.Single(line => line.StartsWith("rule 2 (installed", StringComparison.Ordinal));

    /// <summary>The names of the distributions that came.</summary>
    public IEnumerable<string> Names => Told.Split(": ")[1].Split(" of ")[0].Split(", ").Select(found => found.Split(' ')[0]);

    internal CommandResult Python(params string[] arguments) => Run(Result.ProductPath, arguments);

    internal CommandResult OnDisk(params string[] arguments) => Run("/usr/bin/python3.11", arguments);

    private CommandResult Run(string program, string[] arguments) =>
        Workspace.Run(
            new Command(program, arguments)
            {
                ClearEnvironment = true,
                WorkingDirectory = Workspace.EmptyFolder(),
                Environment = new Dictionary<string, string?>
                {
                    ["HOME"] = Workspace.EmptyFolder(),
                    ["OXIDIZER_PYTHON"] = "1",
                    ["PYTHONPATH"] = program == Result.ProductPath ? null : _packages.Site,
                    ["PYTHONDONTWRITEBYTECODE"] = "1",
                },
            }
        );

    public void Dispose()
    {
        Workspace.Dispose();
        _packages.Dispose();
    }
}

/// <summary>The rule <c>installed</c> with what people install.</summary>
public sealed class InstalledTests(InstalledProduct product) : IClassFixture<InstalledProduct>
{
    [Fact]
    public void Every_file_and_all_metadata_are_as_they_are_on_the_disk()
    {
        var names = string.Join(',', product.Names);
        var script = product.Workspace["inventory.py"];
        var (packed, onDisk) = (product.Python(script, names), product.OnDisk(script, names));
        Assert.Equal(("", 0), (onDisk.Error, onDisk.ExitCode));
        Assert.Equal(("", 0), (packed.Error, packed.ExitCode));
        Assert.True(onDisk.Output.Split('\n').Length > 1000);
        Assert.Equal(onDisk.Output.Split('\n'), packed.Output.Split('\n'));
    }

    [Fact]
    public void What_is_required_came_and_nothing_else()
    {
        Assert.Superset(
            new HashSet<string>(["black", "click", "requests", "urllib3", "Pygments", "psutil", "typing_extensions", "logilab-common"]),
            new HashSet<string>(product.Names)
        );
        Assert.DoesNotContain("toml", product.Names);
        Assert.Empty(product.Result.OwnWarnings());
    }

    [Theory]
    [InlineData("black", "x = {  'a':1 }", "x = {\"a\": 1}\n", "-q", "-")]
    [InlineData("mypy", "", "Success: no issues found in 1 source file\n", "--cache-dir=/dev/null", "-c", "x: int = 1")]
    [InlineData(
        "mypy",
        "",
        "<string>:1: error: Incompatible types in assignment (expression has type \"str\", variable has type \"int\")  [assignment]\nFound 1 error in 1 file (checked 1 source file)\n",
        "--cache-dir=/dev/null",
        "-c",
        "x: int = ''"
    )]
    [InlineData("httpie", "", "GET /?a=1 HTTP/1.1\n", "--offline", "--ignore-stdin", "--print=H", "GET", "example.org", "a==1")]
    public void A_program_works(string module, string input, string output, params string[] arguments)
    {
        var code =
            $"import io, runpy, sys; sys.stdin = io.TextIOWrapper(io.BytesIO(sys.argv.pop(1).encode())); sys.argv[0] = '{module}'; runpy.run_module('{module}', run_name='__main__')";
        var result = product.Python(["-c", code, input, .. arguments]);
        Assert.Equal("", result.Error);
        Assert.StartsWith(output.Split('\n')[0], result.Output.Replace("\r", "", StringComparison.Ordinal));
    }

    [Fact]
    public void An_unchanged_build_asks_nobody()
    {
        var again = product.Workspace.Build();
        Assert.Empty(again.Executed);
        Assert.Equal(0, again.ProcessesStarted);
        Assert.Equal(product.Result.Digest, again.Digest);
    }
}
