using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Pip;

namespace Oxidizer.Packager.Tests.Pip;

/// <summary>What pip says: its report, its reasons, and what is secret in them.</summary>
public sealed class PipOutputTests
{
    private static readonly Sha256Digest s_digest = Sha256Digest.Of("x");

    [Fact]
    public void A_report_of_each_kind_of_source_is_read_without_users()
    {
        const string Report = """
            {"version": "1", "install": [
            {"download_info": {"url": "https://u:p@h.example/files/old-1.0%2Blocal-py3-none-any.whl", "archive_info": {"hash": "sha256=DIGEST"}},
             "metadata": {"name": "old", "version": "1.0"}},
            {"download_info": {"url": "https://h.example/index-1.0.tar.gz", "archive_info": {"hash": "md5=0", "hashes": {"sha256": "DIGEST"}}},
             "is_direct": false, "metadata": {"name": "index", "version": "1.0"}},
            {"download_info": {"url": "https://tok@h.example/direct-1.0.zip#sha256=0", "archive_info": {"hashes": {"sha256": "DIGEST"}}},
             "is_direct": true, "metadata": {"name": "direct", "version": "1.0"}},
            {"download_info": {"url": "file:///home/a%20b/project/file-1.0.zip", "archive_info": {"hashes": {"sha256": "DIGEST"}}},
             "is_direct": true, "metadata": {"name": "file", "version": "1.0"}},
            {"download_info": {"url": "file:///home/a%20b/lib", "dir_info": {"editable": true}},
             "is_direct": true, "metadata": {"name": "Folder", "version": "1.0"}},
            {"download_info": {"url": "https://u:p@h.example/r", "subdirectory": "s",
                               "vcs_info": {"vcs": "git", "commit_id": "0123", "requested_revision": "main"}},
             "is_direct": true, "metadata": {"name": "git", "version": "1.0"}}
            ]}
            """;
        var report = Report.Replace("DIGEST", s_digest.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            [
                new LockedPackage("direct", "1.0")
                {
                    File = "direct-1.0.zip",
                    Digest = s_digest,
                    Url = "https://h.example/direct-1.0.zip",
                },
                new LockedPackage("file", "1.0")
                {
                    File = "file-1.0.zip",
                    Digest = s_digest,
                    Path = "file-1.0.zip",
                },
                new LockedPackage("Folder", "1.0") { Path = "../lib" },
                new LockedPackage("git", "1.0") { Url = "git+https://h.example/r@0123#subdirectory=s" },
                new LockedPackage("index", "1.0") { File = "index-1.0.tar.gz", Digest = s_digest },
                new LockedPackage("old", "1.0") { File = "old-1.0+local-py3-none-any.whl", Digest = s_digest },
            ],
            PipReport.Read(Encoding.UTF8.GetBytes(report), "/home/a b/project")
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"install\": [{}]}")]
    [InlineData(
        "{\"install\": [{\"metadata\": {\"name\": \"a\", \"version\": \"1\"}, \"download_info\": {\"url\": \"https://h/a.whl\", \"archive_info\": {}}}]}"
    )]
    public void What_is_no_report_is_a_bug_and_not_an_empty_answer(string report) =>
        Assert.Throws<PackagerBugException>(() => PipReport.Read(Encoding.UTF8.GetBytes(report), "/"));

    [Theory]
    [InlineData("Looking in https://user:s3cr%40t@h.example/simple and more", "Looking in https://****@h.example/simple and more")]
    [InlineData("401 for user with s3cr@t", "401 for user with ****")]
    [InlineData("401 for s3cr%40t", "401 for ****")]
    [InlineData("git+https://token@h.example/r@0123", "git+https://****@h.example/r@0123")]
    [InlineData("https://h.example/a/b@2", "https://h.example/a/b@2")]
    [InlineData("pkg @ https://h.example/x.whl", "pkg @ https://h.example/x.whl")]
    public void Secrets_are_hidden_in_every_form(string line, string shown)
    {
        var secrets = AddressText.SecretsOf("https://user:s3cr%40t@h.example/simple").Where(secret => secret.Length > 4).ToList();
        Assert.Equal(shown, AddressText.Hide(line, secrets));
    }

    [Theory]
    [InlineData(
        "OXI0382",
        "No matching distribution",
        "ERROR: Could not find a version that satisfies the requirement a>3 (from versions: 1.0)",
        "ERROR: No matching distribution found for a>3"
    )]
    [InlineData(
        "OXI0382",
        "b 1.0 depends on c<2",
        "ERROR: Cannot install a and b because these package versions have conflicting dependencies.",
        "",
        "The conflict is caused by:",
        "    a 1.0 depends on c>2",
        "    b 1.0 depends on c<2",
        "",
        "To fix this you could try to:",
        "ERROR: ResolutionImpossible: for help visit x"
    )]
    [InlineData(
        "OXI0383",
        "connection broken",
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'X': /simple/a/",
        "ERROR: Could not find a version that satisfies the requirement a (from versions: none)",
        "ERROR: No matching distribution found for a"
    )]
    [InlineData(
        "OXI0384",
        "Expected sha256 00",
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. More.",
        "    a from x:",
        "        Expected sha256 00",
        "             Got        11"
    )]
    [InlineData(
        "OXI0385",
        "KeyError: 'x'",
        "  error: subprocess-exited-with-error",
        "  ",
        "  × Getting requirements to build wheel did not run successfully.",
        "  │ exit code: 1",
        "  ╰─> [2 lines of output]",
        "      KeyError: 'x'",
        "      [end of output]",
        "  ",
        "  note: This error originates from a subprocess, and is likely not a problem with pip."
    )]
    [InlineData("OXI0386", "no such option", "Usage:", "ERROR: no such option: --x")]
    [InlineData("OXI0386", "No space left", "OSError: [Errno 28] No space left on device")]
    [InlineData(
        "OXI0383",
        "401 Error",
        "WARNING: 401 Error, Credentials not correct for https://h.example/a/",
        "ERROR: No matching distribution found for a"
    )]
    public void A_failure_has_its_kind_and_pips_reason(string id, string reason, params string[] lines)
    {
        if (id == "OXI0386" && reason.StartsWith("No space", StringComparison.Ordinal))
            reason = "no space is left";
        var failure = PipFailure.Of(new PipRun("resolve", false, lines), "`a`", new SourceLocation("oxidizer.toml", 3), "/out/app.pip.log");
        Assert.Contains(
            id,
            failure is EnvironmentFailureException world ? world.Kind.Id : ((BuildFailedException)failure).Diagnostics.Single().Kind.Id
        );
        Assert.Contains(reason, failure.Message);
        Assert.DoesNotContain("To fix this", failure.Message);
        Assert.DoesNotContain("end of output", failure.Message);
    }

    [Fact]
    public void What_a_backend_said_is_told_also_when_it_stands_in_the_log_alone()
    {
        var run = new PipRun("build", false, ["  error: subprocess-exited-with-error", "  See above for output."])
        {
            Log =
            [
                "2026-01-02T03:04:05,678   Running command Preparing metadata",
                "2026-01-02T03:04:05,678   fine",
                "2026-01-02T03:04:05,679   Running command Building wheel",
                "2026-01-02T03:04:05,680   no compiler for this",
                "2026-01-02T03:04:05,681   ERROR: [present-rich] Building wheel exited with 1",
                "2026-01-02T03:04:05,682   later",
            ],
        };
        var failure = (BuildFailedException)PipFailure.Of(run, "`a`", null, "/out/app.pip.log");
        Assert.Equal("OXI0385", failure.Diagnostics.Single().Kind.Id);
        Assert.Contains("    no compiler for this", failure.Message);
        Assert.DoesNotContain("fine", failure.Message);
        Assert.DoesNotContain("later", failure.Message);
    }
}
