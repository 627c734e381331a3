using System.Diagnostics;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Linking;

namespace Oxidizer.Packager.Installing;

/// <summary>Puts the product into the output folder.</summary>
public static class InstallProduct
{
    /// <summary>
    /// Puts <paramref name="product"/> into its place, unless the same bytes with the same mode are there already. It shares nothing with the cache: who edits it cannot
    /// harm that, and the next build puts it right.
    /// </summary>
    /// <param name="product">What is to be there.</param>
    /// <param name="file">Its place; linking may have written it already.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="EnvironmentFailureException">The destination cannot be written; what was there is untouched.</exception>
    public static void Install(LinkedProduct product, AtomicFile file, BuildContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var destination = file.Destination;
        var reason = WhyInstall(product, destination, context);
        if (reason is null)
        {
            context.Actions.Reuse(ActionKinds.Install);
            return;
        }
        if (!product.IsWritten)
            LinkProduct.Write(product, file, context);
        file.Commit();
        AtomicFile.RemoveAbandoned(destination);
        // Its bytes were digested when they were written: the next build need not read tens of megabytes to know them.
        context.Cache.RememberFile(destination, product.Digest);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        context.Log.Debug($"install {destination}: {reason} ({seconds:0.000} s)");
        context.Actions.Execute(new ExecutedAction(ActionKinds.Install, Path.GetFileName(destination), reason, seconds));
    }

    private static string? WhyInstall(LinkedProduct product, string destination, BuildContext context)
    {
        var file = new FileInfo(destination);
        if (!file.Exists)
            return "not there";
        if (file.Length != product.Size || context.Cache.DigestFile(destination) != product.Digest)
            return product.IsWritten ? "linked anew" : "what is there differs from what was built";
        return file.UnixFileMode == product.Mode ? null : "its permissions were changed";
    }
}
