using System.ComponentModel;
using System.Security;

namespace Oxidizer.Packager.Diagnostics;

/// <summary>
/// Turns every exception that ends a build into one of three kinds: mistakes of the user's (<see cref="BuildFailedException"/>), failures
/// of the environment (<see cref="EnvironmentFailureException"/>), bugs of ours (<see cref="PackagerBugException"/>); or into the
/// cancellation. Stages throw these themselves where they know what was being done. Other exceptions, and those that a stage's threads
/// wrapped, are converted here.
/// </summary>
internal static class Failure
{
    /// <summary>Whether an exception is of a kind that a build is documented to throw.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="cancellation">The build's.</param>
    public static bool IsPromised(Exception exception, CancellationToken cancellation) =>
        exception is BuildFailedException or EnvironmentFailureException or PackagerBugException
        || (exception is OperationCanceledException && cancellation.IsCancellationRequested);

    /// <summary>Converts an exception.</summary>
    /// <param name="exception">The exception; not one of the documented kinds.</param>
    /// <param name="stage">The stage that ran.</param>
    /// <param name="cancellation">The build's.</param>
    public static Exception Of(Exception exception, string stage, CancellationToken cancellation)
    {
        var causes = Flatten(exception).ToList();
        if (cancellation.IsCancellationRequested && causes.OfType<OperationCanceledException>().FirstOrDefault() is { } cancelled)
            return cancelled;
        if (causes.OfType<BuildFailedException>().ToList() is { Count: > 0 } mistakes)
            return new BuildFailedException([.. mistakes.SelectMany(mistake => mistake.Diagnostics).Distinct()], exception);
        // If there is a bug among them it is reported, because it may have caused the other failures.
        if (causes.Find(cause => !IsOfTheWorld(cause)) is { } bug)
            return new PackagerBugException(stage, bug);
        return causes.Find(cause => cause is EnvironmentFailureException) ?? OfTheWorld(causes[0], stage);
    }

    private static IEnumerable<Exception> Flatten(Exception exception) =>
        exception is AggregateException many ? many.InnerExceptions.SelectMany(Flatten) : [exception];

    private static bool IsOfTheWorld(Exception exception) =>
        exception
            is EnvironmentFailureException
                or IOException
                or UnauthorizedAccessException
                or SecurityException
                or Win32Exception
                or OutOfMemoryException
                or HttpRequestException
                or TimeoutException
                or OperationCanceledException;

    private static EnvironmentFailureException OfTheWorld(Exception exception, string stage)
    {
        var reason = exception is OutOfMemoryException ? "there is not enough memory" : exception.Message;
        return PlaceOf(exception) is { } place
            ? new EnvironmentFailureException(DiagnosticKinds.MachineFailed, "use", place, $"{reason} (stage `{stage}`)", exception)
            : new EnvironmentFailureException(DiagnosticKinds.MachineFailed, "finish the stage", stage, reason, exception);
    }

    // .NET gives the path in its message, between single quotes; only one exception type has a property for it.
    private static string? PlaceOf(Exception exception)
    {
        if (exception is FileNotFoundException { FileName.Length: > 0 } missing)
            return missing.FileName;
        var start = exception.Message.IndexOf("'/", StringComparison.Ordinal);
        var end = exception.Message.LastIndexOf('\'');
        return start >= 0 && end > start ? exception.Message[(start + 1)..end] : null;
    }
}
