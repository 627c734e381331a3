using System.Text.RegularExpressions;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>
/// What goes wrong in a build gives an error with a stable id, the file and line where there is one, and the way out; a product of before
/// stays whole, and the
/// next build works.
/// </summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Workspace _workspace = new Workspace().WriteApplication("print('whole')");
    private readonly BuildResult _before;

    public BadInputTests() => _before = _workspace.Build();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void No_configuration_says_where_it_was_looked_for()
    {
        using var elsewhere = new Workspace();
        var failure = Assert.Throws<BuildFailedException>(() =>
            Packager.Pipeline.Build(new Packager.BuildRequest { StartDirectory = elsewhere.Folder }, new SilentLog())
        );
        Assert.Matches(@"error OXI01\d\d: ", failure.Message);
        Assert.Contains("oxidizer.toml", failure.Message);
        Assert.Contains(elsewhere.Folder, failure.Message);
    }

    [Fact]
    public void Mistakes_of_a_configuration_come_all_at_once_with_their_lines()
    {
        var messages = Failure("[build]\naplication_name = \"x\"\nstrip = \"yes\"\n[python_run]\nmode = \"modul\"\n");
        Assert.Matches(@"oxidizer\.toml:2:1: error OXI01\d\d: .*`aplication_name`.*`application_name`", messages);
        Assert.Matches(@"oxidizer\.toml:3:\d+: error OXI01\d\d: .*`strip`", messages);
        Assert.Matches(@"oxidizer\.toml:5:\d+: error OXI01\d\d: .*`modul`", messages);
    }

    [Fact]
    public void Sources_that_do_not_compile_are_packed_and_told_all_at_once_with_their_lines()
    {
        _workspace.Write("app/one.py", "x = 1\ny = (\n").Write("app/two.py", "def f():\nreturn\n");
        File.WriteAllBytes(_workspace["app/three.py"], [.. "# fine\ns = '"u8, 0xFF, 0xFE, .. "'\n"u8]);
        var result = _workspace.Build();
        var messages = string.Join('\n', _workspace.Log);
        Assert.Equal(["OXI0409", "OXI0409", "OXI0409"], result.OwnWarnings().Select(warning => warning.Id));
        Assert.Matches(@"app/one\.py:2(:\d+)?: .*OXI0409: ", messages);
        Assert.Matches(@"app/two\.py:2(:\d+)?: .*OXI0409: ", messages);
        Assert.Matches(@"app/three\.py(:\d+)*: .*OXI0409: .*(utf-8|UTF-8)", messages);
        foreach (var name in new[] { "one", "two", "three" })
            File.Delete(_workspace[$"app/{name}.py"]);
        AssertTheNextBuildWorks();
    }

    [Fact]
    public void A_source_that_the_product_starts_with_must_compile()
    {
        _workspace.Write("app/__main__.py", "x = 1\ny = (\n");
        Assert.Matches(@"app/__main__\.py:2(:\d+)?: error OXI0401: ", Failure(null));
    }

    [Fact]
    public void Of_two_rules_with_one_module_the_later_wins_and_the_result_says_so()
    {
        _workspace.Write("other/app/__init__.py", "").Write("other/app/__main__.py", "print('later')");
        _workspace.Write(
            "oxidizer.toml",
            File.ReadAllText(_workspace["oxidizer.toml"])
                .Replace(
                    "[python_run]",
                    "[[python_packages]]\ntype = \"package-root\"\npath = \"other\"\npackages = [\"app\"]\n[python_run]",
                    StringComparison.Ordinal
                )
        );
        var result = _workspace.Build();
        Assert.Equal("later\n", _workspace.Run(result.ProductPath).Output);
        var warning = Assert.Single(result.OwnWarnings(), warning => warning.Message.Contains("`app.__main__`", StringComparison.Ordinal));
        Assert.Matches(@"^OXI03\d\d$", warning.Id);
    }

    [Fact]
    public async Task A_pipe_a_device_and_a_dangling_link_in_a_package_are_named_and_no_build_waits_for_them()
    {
        Assert.Equal(0, Workspace.Run(new Command("mkfifo", [_workspace["app/pipe.py"]])).ExitCode);
        File.CreateSymbolicLink(_workspace["app/device.bin"], "/dev/zero");
        File.CreateSymbolicLink(_workspace["app/gone.py"], "/nowhere.py"); // one that stays in the package is packed
        Assert.Equal(
            0,
            Workspace.Run(new Command("sh", ["-c", "touch \"$(printf 'caf\\351.txt')\""]) { WorkingDirectory = _workspace["app"] }).ExitCode
        );
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        // A build that waits for a file that nobody writes does not see the token.
        var result = await Task.Run(() => _workspace.Build(cancellation: limit.Token), limit.Token).WaitAsync(TimeSpan.FromMinutes(6));
        // .NET cannot delete what it cannot name.
        Assert.Equal(0, Workspace.Run(new Command("sh", ["-c", "rm caf*"]) { WorkingDirectory = _workspace["app"] }).ExitCode);
        Assert.Equal("whole\n", _workspace.Run(result.ProductPath).Output);
        var named = result
            .Warnings.Where(warning => warning.Id == "OXI0323")
            .Select(warning => Path.GetFileName(warning.Message.Split('`')[1]));
        Assert.Equal([@"caf\xe9.txt", "device.bin", "gone.py", "pipe.py"], named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_truncated_archive_is_refused()
    {
        var archive = _workspace["cpython-3.11.2-x86_64-unknown-linux-gnu-noopt-full.tar.zst"];
        File.WriteAllBytes(archive, File.ReadAllBytes(DistributionArchive.Path311)[..1_000_000]);
        var messages = FailureWithDistribution($"local_path = \"{archive}\"");
        Assert.Matches(@"error OXI02\d\d: ", messages);
        Assert.Contains(Path.GetFileName(archive), messages);
        Assert.Contains("oxidizer.toml:1", messages);
    }

    [Fact]
    public void An_archive_with_another_digest_is_refused_before_it_is_unpacked()
    {
        var digest = new string('0', 64);
        var messages = FailureWithDistribution($"local_path = \"{DistributionArchive.Path311}\"\nsha256 = \"{digest}\"");
        Assert.Matches(@"error OXI02\d\d: ", messages);
        Assert.Contains(digest, messages);
        Assert.Contains(Cache.Sha256Digest.OfFile(DistributionArchive.Path311).ToString(), messages);
    }

    [Fact]
    public void A_compiler_that_fails_is_quoted()
    {
        _workspace.WriteProgram(
            "bad-cc",
            "#!/bin/sh\ncase \"$1\" in --version) echo bad-cc 1.0;; *) echo 'bad-cc: internal error' >&2; exit 4;; esac\n"
        );
        var configuration = File.ReadAllText(_workspace["oxidizer.toml"]);
        var messages = Failure($"{configuration}\n[toolchain]\ncc = \"{_workspace["bad-cc"]}\"\n");
        Assert.Matches(@"error OXI0503: ", messages);
        Assert.Contains("bad-cc: internal error", messages);
        _workspace.Write("oxidizer.toml", configuration);
        AssertTheNextBuildWorks();
    }

    [Fact]
    public void A_compiler_that_is_not_there_is_named()
    {
        var messages = Failure($"{File.ReadAllText(_workspace["oxidizer.toml"])}\n[toolchain]\ncc = \"/nowhere/cc\"\n");
        Assert.Matches(@"error OXI0502: .*`/nowhere/cc`", messages);
    }

    [Fact]
    public void A_full_disk_is_named_and_the_old_product_stays_whole()
    {
        Assert.Equal("root", Environment.UserName);
        var small = _workspace.EmptyFolder();
        Assert.Equal(0, Workspace.Run(new Command("mount", ["-t", "tmpfs", "-o", "size=120m", "tmpfs", small])).ExitCode);
        try
        {
            var first = _workspace.BuildInto(small);
            var digest = Cache.Sha256Digest.OfFile(first.ProductPath);
            File.WriteAllBytes(Path.Combine(small, "filler"), new byte[new DriveInfo(small).AvailableFreeSpace - (1 << 20)]);
            _workspace.Write("app/__main__.py", $"print('{Guid.NewGuid()}')");

            var failure = Assert.Throws<EnvironmentFailureException>(() => _workspace.BuildInto(small));
            Assert.Matches(@"error OXI0801: cannot write `.*app`: ", failure.Message);
            Assert.Equal(digest, Cache.Sha256Digest.OfFile(first.ProductPath));
            Assert.DoesNotContain(
                Directory.EnumerateFiles(Path.GetDirectoryName(first.ProductPath)!),
                file => file.EndsWith(".tmp", StringComparison.Ordinal)
            );

            File.Delete(Path.Combine(small, "filler"));
            Assert.Equal(0, _workspace.Run(_workspace.BuildInto(small).ProductPath).ExitCode);
        }
        finally
        {
            Workspace.Run(new Command("umount", ["-l", small]));
        }
    }

    [Fact]
    public async Task A_cancelled_build_leaves_the_old_product_and_no_process_and_no_file()
    {
        // So long as no other run of this test on the machine has its own sleep.
        var seconds = 100_000 + Environment.ProcessId;
        _workspace.WriteProgram(
            "slow-cc",
            $"#!/bin/sh\ncase \"$*\" in *--version*) echo slow-cc 1.0;; *) echo > '{_workspace["started"]}'; exec sleep {seconds};; esac\n"
        );
        var configuration = File.ReadAllText(_workspace["oxidizer.toml"]);
        _workspace.Write("oxidizer.toml", $"{configuration}\n[toolchain]\ncc = \"{_workspace["slow-cc"]}\"\n");
        using var cancel = new CancellationTokenSource();
        var canceller = Task.Run(async () =>
        {
            while (!File.Exists(_workspace["started"]))
                await Task.Delay(20);
            cancel.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => _workspace.Build(cancellation: cancel.Token));
        await canceller.WaitAsync(TimeSpan.FromMinutes(1));

        Assert.NotEqual(0, Workspace.Run(new Command("pgrep", ["-xf", $"sleep {seconds}"])).ExitCode);
        Assert.Equal(
            ["app", "app.build.json"],
            Directory.EnumerateFiles(Path.GetDirectoryName(_before.ProductPath)!).Select(Path.GetFileName).Order()
        );
        Assert.Equal(_before.Digest, Cache.Sha256Digest.OfFile(_before.ProductPath));
        _workspace.Write("oxidizer.toml", configuration);
        AssertTheNextBuildWorks();
    }

    [Fact]
    public void A_product_whose_file_was_cut_says_so()
    {
        var bytes = File.ReadAllBytes(_before.ProductPath);
        var listing = Workspace.Run(new Command("readelf", ["-SW", _before.ProductPath])).Output;
        var section = Regex.Match(listing, @"\.oxidizer\.resources +PROGBITS +\w+ +(\w+) +(\w+)");
        var start = Convert.ToInt32(section.Groups[1].Value, 16);
        var end = start + Convert.ToInt32(section.Groups[2].Value, 16);
        var product = Path.Combine(_workspace.EmptyFolder(), "app");
        File.Copy(_before.ProductPath, product);
        foreach (var length in new[] { end, end - 1, end - 5000, start + ((end - start) / 2), start + 4096, start + 1, start })
        {
            File.WriteAllBytes(product, bytes.AsSpan(0, length)); // the file's mode stays
            var result = _workspace.Run(product);
            if (length == end)
                Assert.Equal(("whole\n", "", 0), (result.Output, result.Error, result.ExitCode));
            else
                Assert.Equal(
                    ("", $"{product}: the packed resources are damaged: they end too early\n", 1),
                    (result.Output, result.Error, result.ExitCode)
                );
        }
    }

    private string FailureWithDistribution(string distribution) =>
        Failure(
            Regex.Replace(File.ReadAllText(_workspace["oxidizer.toml"]), @"source = .*\noptimizations = .*\n", _ => distribution + "\n")
        );

    /// <summary>The message of the failing build; the product of before is checked after it.</summary>
    private string Failure(string? configuration)
    {
        if (configuration is not null)
            _workspace.Write("oxidizer.toml", configuration);
        var failure = Assert.Throws<BuildFailedException>(() => _workspace.Build());
        Assert.All(failure.Diagnostics, diagnostic => Assert.Matches(@"^OXI\d{4}$", diagnostic.Kind.Id));
        Assert.Equal(_before.Digest, Cache.Sha256Digest.OfFile(_before.ProductPath));
        return failure.Message;
    }

    private void AssertTheNextBuildWorks() => Assert.Equal("whole\n", _workspace.Run(_workspace.Build().ProductPath).Output);
}
