using System.Diagnostics;
using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Installing;

/// <summary>Puts files of the cache into the output folder.</summary>
public static class InstallProduct
{
    /// <summary>
    /// Writes <paramref name="output"/> to <paramref name="destination"/>, unless the same bytes with the same mode are there already. The installed file is a
    /// copy of its own: who edits it cannot harm the cache, and the next build puts it right.
    /// </summary>
    /// <exception cref="EnvironmentFailureException">The destination cannot be written; what was there is untouched.</exception>
    public static void Install(ActionOutput output, string destination, BuildContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var reason = WhyInstall(output, destination, context);
        if (reason is null)
        {
            context.Actions.Reuse(ActionKinds.Install);
            return;
        }
        using (var file = new AtomicFile(destination))
        {
            file.Guard(() =>
            {
                if (!context.Cache.TryWriteTo(output.Digest, file.TemporaryPath, output.Mode))
                    throw new IOException($"its bytes ({output.Digest.ToShortString()}) are no longer in the cache; build again");
            });
            file.Commit();
        }
        // Just written from verified bytes: the next build need not read tens of megabytes to know them.
        context.Cache.RememberFile(destination, output.Digest);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        context.Log.Debug($"install {destination}: {reason} ({seconds:0.000} s)");
        context.Actions.Execute(new ExecutedAction(ActionKinds.Install, Path.GetFileName(destination), reason, seconds));
    }

    private static string? WhyInstall(ActionOutput output, string destination, BuildContext context)
    {
        var file = new FileInfo(destination);
        if (!file.Exists)
            return "not there";
        if (file.Length != output.Size || context.Cache.DigestFile(destination) != output.Digest)
            return "what is there differs from what was built";
        return file.UnixFileMode == output.Mode ? null : "its permissions were changed";
    }
}
