using System.Diagnostics;
using Oxidizer.Packager;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>What can be wrong with a cache. The build succeeds, without the cache at worst, says so once, and the product is
/// right.</summary>
[Collection("private cache")]
public sealed class FaultyCacheTests(PrivateCache cache) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-e2e-fault-").FullName;
    private readonly List<string> _mounts = [];

    private string Cache => Path.Combine(_folder, "cache");

    public void Dispose()
    {
        foreach (var mount in _mounts)
            Workspace.Run(new Command("umount", [mount]));
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_cache_folder_that_is_a_file()
    {
        File.WriteAllText(Cache, "a file");
        BuildsRight("OXI0901");
        Assert.Equal("a file", File.ReadAllText(Cache));
    }

    [Fact]
    public void A_cache_of_a_newer_version_is_left_alone()
    {
        Directory.CreateDirectory(Cache);
        File.WriteAllText(Path.Combine(Cache, "format"), "oxidizer cache, format 2\n");
        BuildsRight("OXI0902");
        Assert.Equal([Path.Combine(Cache, "format")], Directory.GetFileSystemEntries(Cache));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_read()
    {
        CopyOfTheCache();
        Mount("--bind", Cache, Cache);
        Mount("-o", "remount,bind,ro", Cache);
        // What is in it is used: of the standard library nothing is compiled.
        Assert.Equal("compile_bytecode 1, pack 1, link 1, install 1", Executed.In(BuildsRight("OXI0903")));
    }

    [Fact]
    public void A_cache_that_is_configured_to_be_read_is_not_written_and_that_is_no_warning()
    {
        CopyOfTheCache();
        var before = Sizes();
        using var workspace = NewWorkspace("[cache]\nread_only = true\n");
        var result = workspace.Build();
        Assert.Empty(result.OwnWarnings());
        Assert.StartsWith("first", workspace.Run(result.ProductPath).Output);
        Assert.Equal(before, Sizes());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(160)]
    public void A_disk_of_the_cache_that_is_full(int megabytes)
    {
        Directory.CreateDirectory(Cache);
        Mount("-t", "tmpfs", "-o", $"size={megabytes}m,mode=755", "tmpfs", Cache);
        BuildsRight("OXI0907");
    }

    [Fact]
    public void A_limit_that_is_smaller_than_one_product()
    {
        CopyOfTheCache();
        using var workspace = NewWorkspace("[cache]\nmax_size = \"1 MB\"\n");
        var first = workspace.Build();
        AssertRight(workspace, first, "OXI0909");
        // What is in use stays: the next build finds what it needs, or makes it again.
        File.Delete(first.ProductPath);
        Assert.Equal(first.Digest, workspace.Build().Digest);
    }

    [Fact]
    public void A_process_that_holds_the_lock_and_hangs()
    {
        CopyOfTheCache();
        using var holder = Process.Start(
            new ProcessStartInfo("flock", [Path.Combine(Cache, "lock"), "sh", "-c", "echo locked; exec sleep 300"])
            {
                RedirectStandardOutput = true,
            }
        )!;
        Assert.Equal("locked", holder.StandardOutput.ReadLine());
        try
        {
            using var workspace = NewWorkspace();
            workspace.CacheLockTimeout = TimeSpan.FromSeconds(3);
            AssertRight(workspace, workspace.Build(), "OXI0904");
        }
        finally
        {
            // The shell became the sleep, a child of flock's.
            holder.Kill(entireProcessTree: true);
            holder.WaitForExit();
        }
    }

    [Theory]
    [InlineData("compile_bytecode")]
    [InlineData("pack")]
    [InlineData("link")]
    public void A_cache_that_is_deleted_in_mid_build(string after)
    {
        CopyOfTheCache();
        using var workspace = NewWorkspace();
        workspace.OnLine = line =>
        {
            if (!line.StartsWith(after + " ", StringComparison.Ordinal))
                return;
            workspace.OnLine = null;
            Directory.Delete(Cache, recursive: true);
        };
        var result = workspace.Build();
        Assert.Null(workspace.OnLine);
        Assert.StartsWith("first", workspace.Run(result.ProductPath).Output);
        Assert.InRange(workspace.Log.Count(line => line.Contains("the cache", StringComparison.Ordinal)), 0, 1);
        Assert.Equal(result.Digest, workspace.Build().Digest);
        Assert.Empty(workspace.Build().Executed);
    }

    private BuildResult BuildsRight(string warning)
    {
        using var workspace = NewWorkspace();
        var result = workspace.Build();
        AssertRight(workspace, result, warning);
        return result;
    }

    private static void AssertRight(Workspace workspace, BuildResult result, string warning)
    {
        Assert.Equal(warning, Assert.Single(result.OwnWarnings()).Id);
        Assert.Single(workspace.Log, line => line.Contains(warning, StringComparison.Ordinal));
        Assert.StartsWith("first", workspace.Run(result.ProductPath).Output);
        Assert.Equal(result.Digest, Oxidizer.Cache.Sha256Digest.OfFile(result.ProductPath));
    }

    private Workspace NewWorkspace(string more = "") => cache.NewWorkspace(more: more, folder: Cache);

    // With the distribution unpacked and the standard library compiled, so that a test takes a second.
    private void CopyOfTheCache()
    {
        using (var workspace = cache.NewWorkspace())
            workspace.Build();
        Assert.Equal(0, Workspace.Run(new Command("cp", ["-a", "--reflink=auto", cache.Folder, Cache])).ExitCode);
    }

    private void Mount(params string[] arguments)
    {
        var result = Workspace.Run(new Command("mount", arguments));
        Assert.True(result.ExitCode == 0, $"this test must be root, and may mount: {result.Error}");
        if (!_mounts.Contains(Cache))
            _mounts.Add(Cache);
    }

    private string Sizes() =>
        string.Join(
            '\n',
            Directory
                .GetFiles(Cache, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => $"{path} {new FileInfo(path).Length}")
        );
}
