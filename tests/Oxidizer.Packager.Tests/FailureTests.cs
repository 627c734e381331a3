using System.ComponentModel;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Tests;

/// <summary>Whatever a stage throws, a build ends in one of three ways, or by its cancellation; each is said once.</summary>
public sealed class FailureTests
{
    private static readonly CancellationToken s_cancelled = new(canceled: true);

    [Fact]
    public void Mistakes_in_several_threads_come_all_and_without_a_wrapper()
    {
        var one = new BuildFailedException(DiagnosticKinds.InvalidValue, "one");
        var failure = Failure.Of(
            new AggregateException(one, new AggregateException(new BuildFailedException(DiagnosticKinds.InvalidValue, "two"), one)),
            "resources",
            default
        );
        Assert.Equal(["one", "two"], Assert.IsType<BuildFailedException>(failure).Diagnostics.Select(diagnostic => diagnostic.Message));
    }

    [Fact]
    public void A_full_disk_is_the_worlds_failure_with_its_path()
    {
        var failure = Assert.IsType<EnvironmentFailureException>(
            Failure.Of(new IOException("No space left on device : '/tmp/it's here'"), "pack", default)
        );
        Assert.Equal(("OXI0001", "/tmp/it's here"), (failure.Kind.Id, failure.Place));
        Assert.Contains("No space left on device", failure.Message);
        Assert.Contains("`pack`", failure.Message);
        Assert.DoesNotContain("   at ", failure.Message);
    }

    [Fact]
    public void A_target_that_is_no_linux_is_said_at_the_configuration()
    {
        var folder = Directory.CreateTempSubdirectory("oxidizer-target-").FullName;
        try
        {
            var configuration = Path.Combine(folder, "oxidizer.toml");
            File.WriteAllText(configuration, "[[python_packages]]\ntype = \"stdlib\"\n");
            var request = new BuildRequest
            {
                ConfigurationOrScript = configuration,
                Target = new Packager.Context.TargetTriple("x86_64-pc-windows-msvc"),
                CacheDirectory = Path.Combine(folder, "cache"),
            };
            Assert.Equal(
                $"{configuration}: error OXI0506: the target `x86_64-pc-windows-msvc` is not supported yet: products are ELF executables for Linux",
                Assert.Throws<BuildFailedException>(() => Pipeline.Build(request, new Distributions.RecordingLog())).Message
            );
            Assert.Equal([configuration], Directory.EnumerateFileSystemEntries(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static TheoryData<Exception> World() =>
        [
            new UnauthorizedAccessException("Access to the path '/root/x' is denied."),
            new FileNotFoundException("gone", "/x"),
            new OutOfMemoryException(),
            new Win32Exception(2),
            new HttpRequestException("no route"),
            new TaskCanceledException("the request timed out"),
            new PathTooLongException("too long"),
        ];

    [Theory]
    [MemberData(nameof(World))]
    public void What_the_machine_refuses_is_no_bug(Exception exception)
    {
        var failure = Failure.Of(new AggregateException(exception), "link", default);
        Assert.Equal(DiagnosticKinds.MachineFailed, Assert.IsType<EnvironmentFailureException>(failure).Kind);
        Assert.Same(exception, failure.InnerException);
    }

    [Fact]
    public void A_bug_asks_for_a_report_with_its_stack_and_is_not_hidden_by_a_failure_beside_it()
    {
        Exception thrown;
        try
        {
            throw new InvalidOperationException("it was there before");
        }
        catch (InvalidOperationException exception)
        {
            thrown = exception;
        }
        var failure = Assert.IsType<PackagerBugException>(
            Failure.Of(new AggregateException(new IOException("pipe"), thrown), "native", default)
        );
        Assert.Matches("^error OXI0002: a bug in Oxidizer, in the stage `native`; please report it", failure.Message);
        Assert.Contains(nameof(A_bug_asks_for_a_report_with_its_stack_and_is_not_hidden_by_a_failure_beside_it), failure.Message);
    }

    [Fact]
    public void A_cancelled_build_is_cancelled_whatever_its_threads_wrapped()
    {
        Assert.IsAssignableFrom<OperationCanceledException>(
            Failure.Of(new AggregateException(new IOException("broken pipe"), new OperationCanceledException()), "bytecode", s_cancelled)
        );
        Assert.True(Failure.IsPromised(new OperationCanceledException(), s_cancelled));
        // A time limit of somebody's is no cancellation of the build.
        Assert.False(Failure.IsPromised(new OperationCanceledException(), default));
    }

    [Fact]
    public void What_a_stage_said_itself_is_said_as_it_is()
    {
        var said = new EnvironmentFailureException(DiagnosticKinds.ProductNotWritten, "write", "/x", "full");
        Assert.True(Failure.IsPromised(said, default));
        Assert.Same(said, Failure.Of(new AggregateException(said), "install", default));
    }
}
