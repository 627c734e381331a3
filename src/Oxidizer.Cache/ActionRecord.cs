namespace Oxidizer.Cache;

/// <summary>One output of an action.</summary>
/// <param name="Path">Its name among the action's outputs, relative, with <c>/</c>; never a path of this machine.</param>
/// <param name="Digest">The blob that holds its bytes.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Mode">The permissions that it is written with.</param>
/// <param name="LinkTarget">For a symbolic link its target, relative and inside the tree; otherwise <c>null</c>.</param>
public sealed record ActionOutput(
    string Path,
    Sha256Digest Digest,
    long Size,
    UnixFileMode Mode = ActionOutput.PlainFile,
    string? LinkTarget = null
)
{
    /// <summary><c>rw-r--r--</c>.</summary>
    public const UnixFileMode PlainFile = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary><c>rwxr-xr-x</c>.</summary>
    public const UnixFileMode Executable = PlainFile | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
}

/// <summary>What an action made, as the cache keeps it.</summary>
/// <param name="Key">The action's identity, with its fields.</param>
/// <param name="Name">What the action is about, as the build calls it, such as <c>app/views.py</c>. To explain a miss, records of the same
/// kind and name are compared.</param>
/// <param name="Outputs">What it made, in order.</param>
/// <param name="Seconds">How long it took, in seconds: what a hit saves.</param>
public sealed record ActionRecord(ActionKey Key, string Name, IReadOnlyList<ActionOutput> Outputs, double Seconds);

/// <summary>The answer of <see cref="IActionCache.GetOrAdd"/>.</summary>
/// <param name="Record">The action's outputs. All of them are in the cache or, if it cannot store, in this process's memory.</param>
/// <param name="Reused">Whether the record was found in the cache, or made by another process while this call waited.</param>
/// <param name="Reason">Why the action ran, in words, such as <c>`app/views.py` changed (was 3fa1..., is 90bc...)</c>; <c>null</c> when
/// reused.</param>
public sealed record ActionResult(ActionRecord Record, bool Reused, string? Reason);
