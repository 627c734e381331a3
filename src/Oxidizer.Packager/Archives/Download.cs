using System.Diagnostics;
using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Archives;

/// <summary>How patient a download is.</summary>
/// <param name="Attempts">How many attempts in a row may bring no bytes before the download fails.</param>
/// <param name="FirstDelay">The pause after the first failure; it doubles with each that follows.</param>
/// <param name="LongestDelay">The longest pause, also when a server asks for a longer one.</param>
/// <param name="Silence">How long a server may send nothing. There is no limit to the whole: a slow line is no failure.</param>
/// <param name="LongestArchive">More bytes are not taken.</param>
/// <param name="Clock">Measures the silence: the machine's clock. Tests have a clock of their own.</param>
internal sealed record DownloadPatience(
    int Attempts,
    TimeSpan FirstDelay,
    TimeSpan LongestDelay,
    TimeSpan Silence,
    long LongestArchive,
    TimeProvider Clock
)
{
    /// <summary>For people's networks.</summary>
    public static DownloadPatience Default { get; } =
        new(5, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60), 4L << 30, TimeProvider.System);
}

/// <summary>Fetches an archive into the cache.</summary>
internal static class Download
{
    private const int Version = 1;

    /// <summary>The path of the archive in the cache, downloaded if it is not there. Its digest is the one that was asked for.</summary>
    /// <exception cref="BuildFailedException">The bytes are others than promised, or the address is wrong.</exception>
    /// <exception cref="EnvironmentFailureException">The network failed in too many attempts in a row.</exception>
    public static string Fetch(
        Uri address,
        string name,
        Sha256Digest digest,
        SourceLocation? location,
        BuildContext context,
        DownloadPatience? patience = null
    )
    {
        var key = KeyOf(digest);
        IReadOnlyList<ActionOutput> Run() => [Store(address, name, digest, location, context, patience ?? DownloadPatience.Default)];
        context.Run(key, name, Run);
        // The record was there, but the blob turned out to be damaged: then it was removed, and is fetched once more.
        if (context.Cache.TryGetFile(digest) is null)
        {
            var started = Stopwatch.GetTimestamp();
            Run();
            context.Actions.Execute(
                new ExecutedAction(
                    ActionKinds.Download,
                    name,
                    "its bytes in the cache were damaged",
                    Stopwatch.GetElapsedTime(started).TotalSeconds
                )
            );
        }
        return PathOf(digest, name, context);
    }

    /// <summary>The path in the cache of a file that was put there.</summary>
    /// <param name="digest">Of the file.</param>
    /// <param name="name">What it is, for the message.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="EnvironmentFailureException">The cache did not take it.</exception>
    public static string PathOf(Sha256Digest digest, string name, BuildContext context) =>
        context.Cache.TryGetFile(digest)
        ?? throw new EnvironmentFailureException(
            DiagnosticKinds.TreeNotWritten,
            "keep",
            name,
            "the cache did not take it; make room, or name another folder in [cache] directory"
        );

    /// <summary>Puts a file into the cache that another program fetched, as if it had been downloaded here.</summary>
    /// <param name="path">The file; it is moved.</param>
    /// <param name="name">What it is.</param>
    /// <param name="digest">Of the file, known to be right.</param>
    /// <param name="context">The build.</param>
    public static void Keep(string path, string name, Sha256Digest digest, BuildContext context)
    {
        var size = new FileInfo(path).Length;
        IReadOnlyList<ActionOutput> Store() => [new ActionOutput(name, context.Cache.StoreFile(path, BlobTransfer.Move), size)];
        context.Run(KeyOf(digest), name, Store);
        // Its record was there, and its bytes were not.
        if (File.Exists(path) && !context.Cache.Contains(digest))
            Store();
    }

    // The address is no part of the key: the digest names the bytes, wherever they come from, and a moved mirror is no new archive.
    private static ActionKey KeyOf(Sha256Digest digest) =>
        new ActionKeyBuilder(ActionKinds.Download, Version).Add("sha256", digest).Build();

    /// <summary>An address as messages show it: without a user's name, password or token.</summary>
    public static string Shown(Uri address) =>
        address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static ActionOutput Store(
        Uri address,
        string name,
        Sha256Digest digest,
        SourceLocation? location,
        BuildContext context,
        DownloadPatience patience
    )
    {
        var path = Path.Combine(context.WorkDirectory, $"download-{Guid.NewGuid():N}");
        try
        {
            using (
                var download = new ResumableDownload(
                    address,
                    path,
                    patience,
                    (done, whole) => Progress(name, done, whole, context.Log),
                    context.Cancellation
                )
            )
            {
                var actual = download.Run();
                // If the server changed the file between two parts without saying so, the result is a mixture. Only then the download is
                // repeated.
                if (actual != digest && download.WasResumed)
                    actual = download.RunAfresh();
                if (actual != digest)
                    throw new BuildFailedException(
                        DiagnosticKinds.ArchiveDigestDiffers,
                        $"what `{Shown(address)}` sends has the sha256 `{actual}`, and not `{digest}` as the configuration says; correct `url` or `sha256`, or ask the publisher",
                        location
                    );
            }
            var size = new FileInfo(path).Length;
            return new ActionOutput(name, context.Cache.StoreFile(path, BlobTransfer.Move, durable: true), size);
        }
        catch (DownloadRefusedException refusal)
        {
            throw new BuildFailedException(
                DiagnosticKinds.DownloadFailed,
                $"cannot fetch `{Shown(address)}`: {refusal.Message}",
                location,
                refusal
            );
        }
        finally
        {
            // Deletion in a folder that is gone would hide what failed there.
            if (File.Exists(path))
                File.Delete(path);
        }
    }

    private static void Progress(string name, long done, long? whole, IBuildLog log)
    {
        const double mebibyte = 1 << 20;
        log.Progress(
            $"download {name}",
            whole is > 0 ? Math.Min(1, (double)done / whole.Value) : null,
            whole is null
                ? FormattableString.Invariant($"{done / mebibyte:0.0} MiB")
                : FormattableString.Invariant($"{done / mebibyte:0.0} of {whole.Value / mebibyte:0.0} MiB")
        );
    }
}

/// <summary>A server said that asking again is of no use.</summary>
internal sealed class DownloadRefusedException(string message) : Exception(message);
