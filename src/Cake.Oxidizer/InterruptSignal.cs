using System.Runtime.InteropServices;

namespace Cake.Oxidizer;

/// <summary>
/// Turns SIGINT and SIGTERM into a cancelled token while a build runs. Cake itself would end the process at once. With the signal held
/// back, the build has time to end its children and to delete half-written files. A second signal is not held back. A build that waits for
/// a disk or a network file system cannot be cancelled; it is ended after a while, and later builds remove what it leaves.
/// </summary>
internal sealed class InterruptSignal : IDisposable
{
    // As by a shell's rule for a program that a signal ended.
    private const int SignalExitCode = 128,
        InterruptNumber = 2,
        TerminateNumber = 15;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenSource _finished = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly TimeSpan _patience;
    private readonly Action<int> _end;

    public InterruptSignal()
        : this(s_patience, End) { }

    /// <summary>For tests.</summary>
    /// <param name="patience">How long a cancelled build may take to end by itself.</param>
    /// <param name="end">Ends the process with an exit code.</param>
    internal InterruptSignal(TimeSpan patience, Action<int> end)
    {
        (_patience, _end) = (patience, end);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        ];
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The exit code of a build that a signal cancelled.</summary>
    public int ExitCode { get; private set; } = SignalExitCode + InterruptNumber;

    /// <summary>The clock of the patience, since a signal came.</summary>
    internal Task Waiting { get; private set; } = Task.CompletedTask;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        // The clock of the patience stops.
        _finished.Cancel();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        if (_source.IsCancellationRequested)
            return;
        signal.Cancel = true;
        ExitCode = SignalExitCode + (signal.Signal == PosixSignal.SIGTERM ? TerminateNumber : InterruptNumber);
        // Before the cancellation, because its callbacks may wait too.
        Waiting = EndUnlessFinished();
        _source.Cancel();
    }

    private async Task EndUnlessFinished()
    {
        await Task.Delay(_patience, _finished.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_finished.IsCancellationRequested)
            _end(ExitCode);
    }

    private static void End(int exitCode)
    {
        Console.Error.WriteLine($"the build was cancelled, but did not end within {s_patience.TotalSeconds:0} seconds; it is ended now");
        Environment.Exit(exitCode);
    }
}
