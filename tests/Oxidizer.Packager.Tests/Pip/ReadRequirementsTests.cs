using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Pip;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Pip;

/// <summary>When requirements are others than they were, and what of them is secret.</summary>
public sealed class ReadRequirementsTests : IDisposable
{
    private readonly TestBuild _build = new();
    private readonly DiagnosticBag _diagnostics = new();

    private PipInstallRule File => new("pip-requirements-file", _build.At(3)) { RequirementsPath = _build["requirements.txt"] };

    public void Dispose() => _build.Dispose();

    [Theory]
    [InlineData("alpha==1\nbeta", "# comment\nalpha==1   # why\n\n\nbeta\n", false)]
    [InlineData("alpha==1 --hash=sha256:aa --hash=sha256:bb", "alpha==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n", false)]
    [InlineData("alpha==1", "alpha==1\r\n", false)]
    [InlineData("alpha==1", "alpha==2", true)]
    [InlineData("alpha", "alpha[x]", true)]
    [InlineData("alpha", "alpha; python_version > '3'", true)]
    [InlineData("alpha\nbeta", "beta\nalpha", true)]
    [InlineData("alpha", "-c constraints.txt\nalpha", true)]
    [InlineData("-c other.txt", "-r other.txt", true)]
    [InlineData("-r other.txt", "--requirement=other.txt", false)]
    [InlineData("-r other.txt", "-rother.txt", false)]
    [InlineData("--index-url https://a.example/", "--index-url https://b.example/", true)]
    [InlineData("--index-url https://a.example/", "--index-url https://user:secret@a.example/", false)]
    [InlineData("a @ https://a.example/a.whl#sha256=00", "a @ https://a.example/a.whl#sha256=01", true)]
    public void Other_requirements_have_another_digest_and_other_words_for_the_same_do_not(string before, string after, bool differs)
    {
        _build.Write("other.txt", "gamma\n").Write("constraints.txt", "gamma<2\n").Write("requirements.txt", before);
        var digest = Digest(File);
        _build.Write("requirements.txt", after);
        Assert.Equal(differs, digest != Digest(File));
    }

    [Theory]
    [InlineData("nested/deep.txt", true)]
    [InlineData("project/pyproject.toml", true)]
    [InlineData("project/setup.py", true)]
    [InlineData("wheels/w-1-py3-none-any.whl", true)]
    [InlineData("project/module.py", false)]
    [InlineData("unnamed.txt", false)]
    public void What_requirements_lead_to_counts(string file, bool counts)
    {
        _build
            .Write(
                "requirements.txt",
                "-r nested/first.txt\n-e ./project[extra] ; python_version > '3'\nw @ file://" + _build["wheels/w-1-py3-none-any.whl"]
            )
            .Write("nested/first.txt", "-r deep.txt\n")
            .Write("nested/deep.txt", "alpha\n")
            .Write("project/pyproject.toml", "[project]\n")
            .Write("wheels/w-1-py3-none-any.whl", "1");
        var before = Digest(File);
        _build.Write(file, "changed\n");
        Assert.Equal(counts, before != Digest(File));
    }

    [Fact]
    public void Each_key_of_the_rule_counts_and_the_place_of_its_files_does_not()
    {
        _build.Write("c.txt", "alpha<2\n").Write("requirements.txt", "alpha\n");
        var rule = File;
        PipInstallRule[] rules =
        [
            rule,
            rule with
            {
                NoIndex = true,
            },
            rule with
            {
                RequireHashes = true,
            },
            rule with
            {
                IndexUrl = "https://a.example/simple",
            },
            rule with
            {
                ExtraIndexUrls = ["https://a.example/simple"],
            },
            rule with
            {
                FindLinks = [_build["wheels"]],
            },
            rule with
            {
                Constraints = [_build["c.txt"]],
            },
            rule with
            {
                ExtraArgs = ["--pre"],
            },
            rule with
            {
                Packages = ["beta"],
            },
        ];
        Assert.Equal(rules.Length, rules.Select(Digest).Distinct().Count());

        var elsewhere = Directory.CreateDirectory(_build["elsewhere"]).FullName;
        System.IO.File.Copy(_build["requirements.txt"], Path.Combine(elsewhere, "requirements.txt"));
        var moved = rule with
        {
            RequirementsPath = Path.Combine(elsewhere, "requirements.txt"),
            FindLinks = [Path.Combine(elsewhere, "wheels")],
        };
        Assert.Equal(Digest(rule with { FindLinks = [_build["wheels"]] }), Digest(moved, elsewhere));
    }

    [Theory]
    [InlineData("3.11.2", "aarch64-unknown-linux-gnu")]
    [InlineData("3.11.3", "x86_64-unknown-linux-gnu")]
    public void Python_and_target_count(string python, string target)
    {
        _build.Write("requirements.txt", "alpha\n");
        Assert.NotEqual(Digest(File), ReadRequirements.Read(File, _build.Folder, python, target, _diagnostics)!.Digest);
    }

    [Theory]
    [InlineData("-r gone.txt", 1, "`{0}/gone.txt` cannot be read: it is not there")]
    [InlineData("alpha\n\n-r https://user:secret@a.example/r.txt", 3, "`-r https://a.example/r.txt` includes requirements from an address")]
    [InlineData("-c latin.txt", 1, "`{0}/latin.txt` cannot be read: it is not UTF-8")]
    public void What_cannot_be_read_is_named_with_its_line(string text, int line, string message)
    {
        _build.Write("requirements.txt", text).Write("latin.txt", [0xe9, 0x0a]);
        Assert.Null(ReadRequirements.Read(File, _build.Folder, "3.11.2", "x", _diagnostics));
        var mistake = Assert.Single(_diagnostics.All);
        Assert.Equal(("OXI0387", _build["requirements.txt"], line), (mistake.Kind.Id, mistake.Location!.File, mistake.Location.Line));
        Assert.Contains(message.Replace("{0}", _build.Folder, StringComparison.Ordinal), mistake.Message);
        Assert.DoesNotContain("secret", mistake.Message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_at_its_rule()
    {
        Assert.Null(ReadRequirements.Read(File, _build.Folder, "3.11.2", "x", _diagnostics));
        Assert.Equal(3, Assert.Single(_diagnostics.All).Location!.Line);
    }

    [Fact]
    public void A_file_that_includes_itself_ends()
    {
        _build.Write("requirements.txt", "-r other.txt\nalpha\n").Write("other.txt", "-r requirements.txt\nbeta\n");
        Assert.NotEqual(default, Digest(File));
    }

    [Fact]
    public void The_variables_that_texts_name_are_known()
    {
        _build.Write("requirements.txt", "--index-url https://${USER_NAME}:${TOKEN}@a.example/\nalpha\n");
        var asked = ReadRequirements.Read(
            File with
            {
                IndexUrl = "https://${OTHER}@b.example",
            },
            _build.Folder,
            "3.11.2",
            "x",
            _diagnostics
        )!;
        Assert.Equal(["OTHER", "TOKEN", "USER_NAME"], asked.Variables);
    }

    private Sha256Digest Digest(PipInstallRule rule) => Digest(rule, _build.Folder);

    private Sha256Digest Digest(PipInstallRule rule, string folder)
    {
        var asked = ReadRequirements.Read(rule, folder, "3.11.2", "x86_64-unknown-linux-gnu", _diagnostics);
        Assert.Empty(_diagnostics.All);
        return asked!.Digest;
    }
}
