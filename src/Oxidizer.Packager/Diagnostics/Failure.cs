using System.ComponentModel;
using System.Security;

namespace Oxidizer.Packager.Diagnostics;

/// <summary>
/// Whatever ends a build is one of three kinds, said once: mistakes of the user's (<see cref="BuildFailedException"/>), failures of the world
/// (<see cref="EnvironmentFailureException"/>), bugs of ours (<see cref="PackagerBugException"/>); or it is the cancellation. Stages throw these themselves where they know
/// better what was being done; what they let through, and what threads of theirs wrapped, becomes one of them here.
/// </summary>
internal static class Failure
{
    /// <summary>Whether an exception is one that a build's caller is promised.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="cancellation">The build's.</param>
    public static bool IsPromised(Exception exception, CancellationToken cancellation) =>
        exception is BuildFailedException or EnvironmentFailureException or PackagerBugException
        || (exception is OperationCanceledException && cancellation.IsCancellationRequested);

    /// <summary>Makes one of what was thrown.</summary>
    /// <param name="exception">What was thrown; no promised one.</param>
    /// <param name="stage">The stage that ran.</param>
    /// <param name="cancellation">The build's.</param>
    public static Exception Of(Exception exception, string stage, CancellationToken cancellation)
    {
        var causes = Flatten(exception).ToList();
        if (cancellation.IsCancellationRequested && causes.OfType<OperationCanceledException>().FirstOrDefault() is { } cancelled)
            return cancelled;
        if (causes.OfType<BuildFailedException>().ToList() is { Count: > 0 } mistakes)
            return new BuildFailedException([.. mistakes.SelectMany(mistake => mistake.Diagnostics).Distinct()], exception);
        // A bug is never hidden behind a failure that it may have caused.
        if (causes.Find(cause => !IsOfTheWorld(cause)) is { } bug)
            return new PackagerBugException(stage, bug);
        return causes.Find(cause => cause is EnvironmentFailureException) ?? OfTheWorld(causes[0], stage);
    }

    private static IEnumerable<Exception> Flatten(Exception exception) => exception is AggregateException many
        ? many.InnerExceptions.SelectMany(Flatten)
        : [exception];

    private static bool IsOfTheWorld(Exception exception) => exception is EnvironmentFailureException or IOException or UnauthorizedAccessException or SecurityException
        or Win32Exception or OutOfMemoryException or HttpRequestException or TimeoutException or OperationCanceledException;

    private static EnvironmentFailureException OfTheWorld(Exception exception, string stage)
    {
        var reason = exception is OutOfMemoryException ? "there is not enough memory" : exception.Message;
        return PlaceOf(exception) is { } place
            ? new EnvironmentFailureException(DiagnosticKinds.MachineFailed, "use", place, $"{reason} (stage `{stage}`)", exception)
            : new EnvironmentFailureException(DiagnosticKinds.MachineFailed, "finish the stage", stage, reason, exception);
    }

    // The runtime tells the path in its message, between single quotes, and in a property of one exception alone.
    private static string? PlaceOf(Exception exception)
    {
        if (exception is FileNotFoundException { FileName.Length: > 0 } missing)
            return missing.FileName;
        var start = exception.Message.IndexOf("'/", StringComparison.Ordinal);
        var end = exception.Message.LastIndexOf('\'');
        return start >= 0 && end > start ? exception.Message[(start + 1)..end] : null;
    }
}
