using System.Diagnostics;

namespace Cake.Oxidizer.Tests;

/// <summary>What a signal does to a build: the signals are real, and sent to this process. Not SIGINT, which a shell in the background
/// tells its children to ignore.</summary>
public sealed class InterruptSignalTests
{
    [Fact]
    public async Task A_cancelled_build_that_waits_for_what_nothing_can_cancel_is_ended()
    {
        const int expected = 143;
        var ended = new TaskCompletionSource<int>();
        using var interrupt = new InterruptSignal(TimeSpan.Zero, ended.SetResult);
        Assert.False(interrupt.Token.IsCancellationRequested);
        Send();
        Assert.Equal(expected, await ended.Task.WaitAsync(TimeSpan.FromMinutes(2)));
        Assert.True(interrupt.Token.WaitHandle.WaitOne(TimeSpan.FromMinutes(2)));
        Assert.Equal(expected, interrupt.ExitCode);
    }

    [Fact]
    public async Task A_cancelled_build_that_ends_by_itself_is_not_ended()
    {
        var ended = new TaskCompletionSource<int>();
        var interrupt = new InterruptSignal(TimeSpan.FromDays(1), ended.SetResult);
        Send();
        Assert.True(interrupt.Token.WaitHandle.WaitOne(TimeSpan.FromMinutes(2)));
        interrupt.Dispose();
        // The clock is stopped by Dispose itself.
        await interrupt.Waiting.WaitAsync(TimeSpan.FromMinutes(2));
        Assert.False(ended.Task.IsCompleted);
    }

    private static void Send()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{Environment.ProcessId}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
