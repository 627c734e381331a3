using System.Diagnostics;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Files;
using Oxidizer.Packager.Linking;

namespace Oxidizer.Packager.Installing;

/// <summary>Puts the product into the output folder.</summary>
internal static class InstallProduct
{
    /// <summary>
    /// Prepares to put <paramref name="product"/> into its place, unless the same bytes with the same mode are there already. It shares no
    /// bytes with the cache: editing it cannot harm the cache, and the next build restores it.
    /// </summary>
    /// <param name="product">What is to be there.</param>
    /// <param name="installation">Where to; linking may have written it there already.</param>
    /// <param name="context">The build.</param>
    /// <returns>Whether it will be put there; false when it is there already.</returns>
    /// <exception cref="EnvironmentFailureException">It cannot be written; what was there is untouched.</exception>
    public static bool Prepare(LinkedProduct product, Installation installation, BuildContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var file = installation.Product;
        var mode = FileModes.Current().For(product.Mode);
        string? reason = null;
        file.Guard(() =>
        {
            Occupants.CheckIsFree(file.Destination);
            reason = WhyInstall(product, mode, file.Destination, context);
        });
        if (reason is null)
        {
            context.Actions.Reuse(ActionKinds.Install);
            return false;
        }
        product.WriteTo(file, context);
        file.Guard(() => File.SetUnixFileMode(file.TemporaryPath, mode));
        installation.Put(file.TemporaryPath, installation.ProductName);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        context.Log.Debug($"install {file.Destination}: {reason} ({seconds:0.000} s)");
        context.Actions.Execute(new ExecutedAction(ActionKinds.Install, installation.ProductName, reason, seconds));
        return true;
    }

    private static string? WhyInstall(LinkedProduct product, UnixFileMode mode, string destination, BuildContext context)
    {
        if (Occupants.At(destination) == Occupant.Nothing)
            return "not there";
        var file = new FileInfo(destination);
        if (file.LinkTarget is not null)
            return "a link stands in its place";
        if (file.Length != product.Size || context.Cache.DigestFile(destination) != product.Digest)
            return product.IsWritten ? "linked anew" : "what is there differs from what was built";
        return file.UnixFileMode == mode ? null : "its permissions were changed";
    }
}
