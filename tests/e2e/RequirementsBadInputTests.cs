using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>Requirements, indexes, wheels and locks that cannot be used: each is named with its rule and the way out, and the product of
/// before stays.</summary>
public sealed class RequirementsBadInputTests : IClassFixture<WebServer>, IDisposable
{
    private const string Rule = "type = \"pip-install\"\npackages = [\"alpha\"]";
    private readonly PackageIndex _index;
    private readonly Workspace _workspace = new();

    public RequirementsBadInputTests(WebServer server)
    {
        _index = new PackageIndex(server)
            .Wheel("alpha", "1.0", [("alpha.py", "VERSION = '1.0'\n")], "Requires-Dist: beta>=1")
            .Wheel("beta", "1.0", [("beta.py", "VERSION = '1.0'\n")])
            .Wheel("beta", "2.0", [("beta.py", "VERSION = '2.0'\n")])
            .Wheel("gamma", "1.0", [("gamma.py", ""), ("beta.py", "# gamma's\n")], "Requires-Dist: beta<2");
    }

    private string LockPath => _workspace["oxidizer.lock"];

    public void Dispose()
    {
        _workspace.Dispose();
        _index.Dispose();
    }

    private void Configure(string rule, string more = "", string? index = null) =>
        _workspace.WriteApplication(
            "import alpha\nprint(alpha.VERSION)\n",
            more: $"[[python_packages]]\n{rule}\nindex_url = \"{index ?? _index.Address}\"\n{more}"
        );

    private Diagnostic Fails() => Assert.Single(Assert.Throws<BuildFailedException>(() => _workspace.Build()).Diagnostics);

    [Fact]
    public void What_goes_wrong_is_named_and_the_product_of_before_stays()
    {
        _index.Serve();
        Configure(Rule);
        var product = _workspace.Build();
        var (bytes, locked) = (File.ReadAllBytes(product.ProductPath), File.ReadAllText(LockPath));

        Configure(Rule.Replace("alpha", "alpha>3", StringComparison.Ordinal));
        var mistake = Fails();
        Assert.Equal("OXI0382", mistake.Kind.Id);
        Assert.Contains("the requirement alpha>3 (from versions: 1.0)", mistake.Message);
        Assert.Contains("[[python_packages]]", File.ReadAllLines(_workspace["oxidizer.toml"])[mistake.Location!.Line - 1]);

        Configure(Rule.Replace("\"alpha\"", "\"beta>=2\", \"gamma\"", StringComparison.Ordinal));
        mistake = Fails();
        Assert.Equal("OXI0382", mistake.Kind.Id);
        Assert.Contains("gamma 1.0 depends on beta<2", mistake.Message);

        Configure(Rule.Replace("alpha", "alpha==1.0", StringComparison.Ordinal), "[lock]\nmode = \"frozen\"");
        mistake = Fails();
        Assert.Equal("OXI0389", mistake.Kind.Id);
        Assert.Contains("keep the lock that it writes", mistake.Message);

        _workspace.Write("lib/pyproject.toml", "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n");
        _workspace.Write("lib/backend.py", "def build_wheel(*a, **k):\n    raise SystemExit('no compiler for this')\n");
        Configure(Rule.Replace("alpha", "./lib", StringComparison.Ordinal));
        mistake = Fails();
        Assert.Equal("OXI0385", mistake.Kind.Id);
        Assert.Contains("no compiler for this", mistake.Message);
        Assert.Contains("no compiler for this", File.ReadAllText(product.ProductPath + ".pip.log"));

        Assert.Equal(bytes, File.ReadAllBytes(product.ProductPath));
        Assert.Equal(locked, File.ReadAllText(LockPath));
        Configure(Rule, "[lock]\nmode = \"frozen\"");
        Assert.Equal(0, _workspace.Build().ProcessesStarted);

        File.AppendAllText(LockPath, "\nsurprise = 1\n");
        mistake = Fails();
        Assert.Equal(("OXI0388", LockPath), (mistake.Kind.Id, Path.GetFullPath(mistake.Location!.File)));
        Assert.Equal(bytes, File.ReadAllBytes(product.ProductPath));
    }

    [Fact]
    public void An_index_that_gives_other_bytes_than_it_promises_is_refused()
    {
        _index.Wheel("delta", "1.0", [("delta.py", "")]).Serve();
        var wheel = Path.Combine(_index.Files, "delta-1.0-py3-none-any.whl");
        File.Delete(wheel);
        PackageIndex.WriteWheel(wheel, "delta", "1.0", [("delta.py", "print('not what was published')\n")]);
        Configure(Rule.Replace("alpha", "delta", StringComparison.Ordinal));
        var mistake = Fails();
        Assert.Equal("OXI0384", mistake.Kind.Id);
        Assert.Contains("Expected sha256", mistake.Message);
        Assert.False(File.Exists(LockPath));
    }

    [Fact]
    public void Bytes_that_changed_after_they_were_locked_are_refused()
    {
        _index.Wheel("epsilon", "1.0", [("epsilon.py", "")]).Serve();
        Configure(Rule.Replace("alpha", "epsilon", StringComparison.Ordinal));
        _workspace.Build();
        // As on a machine whose cache lacks it, with an index that has other bytes since.
        var locked = File.ReadAllText(LockPath);
        var digest = locked[(locked.IndexOf("sha256 = \"", StringComparison.Ordinal) + 10)..][..64];
        File.WriteAllText(LockPath, locked.Replace(digest, Oxidizer.Cache.Sha256Digest.Of(locked).ToString(), StringComparison.Ordinal));
        var mistake = Fails();
        Assert.Equal("OXI0384", mistake.Kind.Id);
        Assert.Contains("epsilon", mistake.Message);
        Assert.Contains($"Got        {digest}", mistake.Message);
    }

    [Fact]
    public void An_index_that_does_not_answer_is_named_with_the_reason()
    {
        Configure(Rule + "\nextra_args = [\"--retries=1\", \"--timeout=2\"]");
        var failure = Assert.Throws<EnvironmentFailureException>(() => _workspace.Build());
        Assert.Equal("OXI0383", failure.Kind.Id);
        Assert.Contains("Connection refused", failure.Message);
    }

    [Fact]
    public void A_wheel_whose_record_is_wrong_is_refused_by_name()
    {
        _index.Wheel("zeta", "1.0", [("zeta.py", "")]);
        using (
            var archive = System.IO.Compression.ZipFile.Open(
                Path.Combine(_index.Files, "zeta-1.0-py3-none-any.whl"),
                System.IO.Compression.ZipArchiveMode.Update
            )
        )
            archive.CreateEntry("stranger.py").Open().Dispose();
        _index.Serve();
        Configure(Rule.Replace("alpha", "zeta", StringComparison.Ordinal));
        var mistake = Fails();
        Assert.Equal("OXI0321", mistake.Kind.Id);
        Assert.Contains("`zeta-1.0-py3-none-any.whl` of `zeta` cannot be used: its RECORD does not list `stranger.py`", mistake.Message);
    }

    [Fact]
    public void Two_distributions_with_one_file_are_told()
    {
        _index.Serve();
        Configure(Rule.Replace("\"alpha\"", "\"alpha\", \"gamma\"", StringComparison.Ordinal));
        var warning = Assert.Single(_workspace.Build().OwnWarnings());
        Assert.Equal("OXI0380", warning.Id);
        Assert.Contains("`beta 1.0` and `gamma 1.0`", warning.Message);
        Assert.Contains("both have `beta.py`, and differ", warning.Message);
    }

    [Fact]
    public void Credentials_are_nowhere_but_in_the_request()
    {
        const string Secret = "s3cr3t-pAssw0rd";
        _index.Serve($"reader:{{PLAIN}}{Secret}");
        Environment.SetEnvironmentVariable("OXIDIZER_TEST_INDEX_PASSWORD", Secret);
        using var workspace = new Workspace();
        workspace.Write("before", "");
        // Without a standard library it ends when all is obtained: what follows is no matter of credentials.
        workspace.Write(
            "oxidizer.toml",
            $"{Workspace.Distribution311}[[python_packages]]\n{Rule}\nindex_url = \"{_index.AddressFor("reader:${OXIDIZER_TEST_INDEX_PASSWORD}")}\"\n"
        );
        Assert.Contains("OXI0311", Assert.Throws<BuildFailedException>(() => workspace.Build()).Message);
        Assert.Contains(_index.Requests, request => request == "GET /files/alpha-1.0-py3-none-any.whl 200");
        Assert.Contains("alpha-1.0", File.ReadAllText(workspace["oxidizer.lock"]));

        // A failure says much, and not that.
        var requirements = workspace["oxidizer.toml"];
        File.WriteAllText(requirements, File.ReadAllText(requirements).Replace("\"alpha\"", "\"alpha>3\"", StringComparison.Ordinal));
        var failure = Assert.Throws<BuildFailedException>(() => workspace.Build());
        Assert.DoesNotContain(Secret, failure.ToString());
        Assert.All(workspace.Log, line => Assert.DoesNotContain(Secret, line));
        var found = Workspace.Run(
            new Packager.Processes.Command(
                "sh",
                [
                    "-c",
                    "find \"$1\" \"$2\" -type f -newer \"$1/before\" -print0 | xargs -0 grep -laF \"$3\"; find \"$1\" -newer \"$1/before\" -name oxidizer.lock",
                    "sh",
                    workspace.Folder,
                    Oxidizer.Cache.CacheDirectory.Default(),
                    Secret,
                ]
            )
        );
        Assert.Equal(workspace["oxidizer.lock"] + "\n", found.Output);

        Environment.SetEnvironmentVariable("OXIDIZER_TEST_INDEX_PASSWORD", "wrong-password");
        var refused = Assert.ThrowsAny<Exception>(() => workspace.Build());
        Assert.Contains("OXI0383", refused.Message);
        Assert.DoesNotContain("wrong-password", refused.Message);

        Environment.SetEnvironmentVariable("OXIDIZER_TEST_INDEX_PASSWORD", null);
        Assert.Contains("OXI0113", Assert.Throws<BuildFailedException>(() => workspace.Build()).Message);
    }
}
