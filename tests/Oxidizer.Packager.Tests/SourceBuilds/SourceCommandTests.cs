using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Packager.Tests.SourceBuilds;

public class SourceCommandTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    [Fact]
    public void Programs_see_nothing_of_the_users_that_would_change_what_they_build()
    {
        Environment.SetEnvironmentVariable("OXIDIZER_TEST_CFLAGS", "-O0");
        var variables = new SourceCommand(_folder.Context())
            .Run("look", _folder.Path, "env", [])
            .Split('\n')
            .Select(line => line.Split('=')[0])
            .ToList();
        Assert.DoesNotContain("OXIDIZER_TEST_CFLAGS", variables);
        Assert.Contains("PATH", variables);
        Assert.Contains("LC_ALL", variables);
    }

    [Fact]
    public void A_failed_step_is_told_with_its_last_lines()
    {
        var script = "for n in $(seq 100); do echo line $n >&2; done; exit 3";
        var failure = Assert.Throws<BuildFailedException>(() =>
            new SourceCommand(_folder.Context()).Run("compile CPython", _folder.Path, "sh", ["-c", script])
        );
        var diagnostic = failure.Diagnostics.Single();
        Assert.Equal("OXI0258", diagnostic.Kind.Id);
        Assert.Contains("cannot compile CPython: `sh` ended with `3`", diagnostic.Message);
        Assert.Contains("line 100", diagnostic.Message);
        Assert.DoesNotContain("line 80", diagnostic.Message);
    }

    [Fact]
    public void A_full_disk_is_told_as_such()
    {
        var failure = Assert.Throws<EnvironmentFailureException>(() =>
            new SourceCommand(_folder.Context()).Run("compile CPython", _folder.Path, "sh", ["-c", "cp /etc/passwd /dev/full"])
        );
        Assert.Equal("OXI0259", failure.Kind.Id);
    }

    [Fact]
    public async Task A_cancelled_step_leaves_no_process_behind()
    {
        using var cancellation = new CancellationTokenSource();
        var command = new SourceCommand(_folder.Context(cancellation.Token));
        var children = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = Task.Run(() =>
            command.Run("wait", _folder.Path, "sh", ["-c", "sleep 300 & echo $!; wait"], line => children.TrySetResult(int.Parse(line)))
        );
        var child = await children.Task.WaitAsync(TimeSpan.FromMinutes(2));
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromMinutes(2)));
        StartedProcess.AssertEnds(child);
    }

    public void Dispose() => _folder.Dispose();
}
