using Cake.Core;
using Cake.Core.Annotations;
using Cake.Core.IO;
using Oxidizer.Packager.Diagnostics;

namespace Cake.Oxidizer;

/// <summary>
/// Packages Python programs into single executables.
/// <code>
/// <![CDATA[
/// #addin nuget:?package=Cake.Oxidizer&version=0.1.0
///
/// Task("Package").Does(() =>
/// {
///     var result = OxidizerBuild("./hello.py");
///     Information("{0}: {1} bytes in {2:0.0} s", result.ProductPath, result.Size, result.Seconds);
/// });
/// RunTarget("Package");
/// ]]>
/// </code>
/// </summary>
[CakeAliasCategory("Oxidizer")]
public static partial class OxidizerAliases
{
    /// <summary>The setting of cake.config, environment (<c>CAKE_OXIDIZER_CACHEDIRECTORY</c>) and arguments that names the cache's
    /// folder.</summary>
    public const string CacheDirectorySetting = "Oxidizer_CacheDirectory";

    // Turns the engine's three kinds of failure into what Cake shows: a message with ids, and a stack trace only for our own bugs.
    private static T Guard<T>(Func<CancellationToken, T> act)
    {
        using var interrupt = new InterruptSignal();
        try
        {
            return act(interrupt.Token);
        }
        catch (Exception exception) when (exception is BuildFailedException or EnvironmentFailureException or PackagerBugException)
        {
            throw new CakeException(exception.Message, exception);
        }
        catch (OperationCanceledException exception) when (interrupt.Token.IsCancellationRequested)
        {
            throw new CakeException(interrupt.ExitCode, "cancelled; no half-written files are left", exception);
        }
    }

    private static string Absolute(ICakeContext context, FilePath path) => path.MakeAbsolute(context.Environment).FullPath;

    private static string? Absolute(ICakeContext context, DirectoryPath? path) => path?.MakeAbsolute(context.Environment).FullPath;
}
