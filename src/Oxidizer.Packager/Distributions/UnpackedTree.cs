using System.Diagnostics;
using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Distributions;

/// <summary>
/// An archive, unpacked in the cache's folder. The folder itself is the storage; the cache holds its manifest under the action <c>unpack</c>.
/// The tree is compared with its manifest at every use and mended from the archive where it differs (docs/decisions/0003-unpacked-trees.md).
/// </summary>
/// <param name="Root">The folder, absolute. Its files are read-only.</param>
/// <param name="Manifest">Everything in it.</param>
internal sealed record UnpackedTree(string Root, TreeManifest Manifest)
{
    private const int ReaderVersion = 1;

    /// <summary>Finds the tree of an archive whole, or makes it so.</summary>
    /// <exception cref="BuildFailedException">The archive cannot be used; nothing of it is left.</exception>
    /// <exception cref="EnvironmentFailureException">The archive cannot be fetched, or the tree not be written.</exception>
    public static UnpackedTree Open(ArchiveOrigin origin, BuildContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var store = new TreeStore(origin, context);
        TreeManifest? made = null;
        var key = new ActionKeyBuilder(ActionKinds.Unpack, ReaderVersion).Add("archive", origin.Digest).Build();
        var result = context.Cache.GetOrAdd(key, origin.Name, () =>
        {
            made = store.Make();
            return [new ActionOutput("manifest", context.Cache.Store(made.Bytes), made.Bytes.Length)];
        }, context.Cancellation);
        var reason = result.Reason;
        var manifest = made ?? ReadManifest(result.Record, context.Cache);
        if (manifest is null)
        {
            reason = "its manifest could not be read";
            manifest = store.Make();
        }
        if (store.Mend(manifest) is { } damage)
            reason = damage;
        Note(origin, context, result.Reused && reason is null ? null : reason ?? "", Stopwatch.GetElapsedTime(started).TotalSeconds);
        return new UnpackedTree(store.Root, manifest);
    }

    private static TreeManifest? ReadManifest(ActionRecord record, IActionCache cache) =>
        record.Outputs.Count == 1 && cache.TryRead(record.Outputs[0].Digest) is { } bytes ? TreeManifest.TryRead(bytes) : null;

    private static void Note(ArchiveOrigin origin, BuildContext context, string? reason, double seconds)
    {
        if (reason is null)
        {
            context.Actions.Reuse(ActionKinds.Unpack);
            return;
        }
        context.Log.Debug($"{ActionKinds.Unpack} {origin.Name}: {reason} ({seconds:0.000} s)");
        context.Actions.Execute(new ExecutedAction(ActionKinds.Unpack, origin.Name, reason, seconds));
    }
}
