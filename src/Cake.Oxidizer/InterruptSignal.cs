using System.Runtime.InteropServices;

namespace Cake.Oxidizer;

/// <summary>
/// Turns SIGINT and SIGTERM into a cancelled token while a build runs. Cake itself ends the process at once; held back, the build has the time to end
/// its children and to delete what is half-written. A second signal is not held back.
/// </summary>
internal sealed class InterruptSignal : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public InterruptSignal() =>
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        if (_source.IsCancellationRequested)
            return;
        signal.Cancel = true;
        _source.Cancel();
    }
}
