using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Tests.Processes;

/// <summary>Programs that cannot be started.</summary>
public sealed class ChildProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-processes-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("not-executable", "Permission denied")]
    [InlineData("not-there", "No such file or directory")]
    public void A_program_that_cannot_be_started_is_the_world_s_failure_with_its_path_and_the_reason(string name, string reason)
    {
        var path = Path.Combine(_folder, name);
        if (name == "not-executable")
            File.WriteAllText(path, "#!/bin/sh\n");
        var processes = ChildProcess.CountFromHere();
        var failure = Assert.Throws<EnvironmentFailureException>(() => ChildProcess.Run(new Command(path, [])));
        Assert.Equal(("OXI0501", "start", path), (failure.Kind.Id, failure.Act, failure.Place));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, processes.Count);
    }

    [Fact]
    public void A_program_that_is_still_open_for_writing_in_another_child_starts_when_it_is_closed()
    {
        var path = Path.Combine(_folder, "written");
        File.Copy("/bin/true", path);
        var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        using var closing = new Timer(_ => file.Dispose(), null, 200, Timeout.Infinite);
        Assert.Equal(0, ChildProcess.Run(new Command(path, [])).ExitCode);
    }
}
