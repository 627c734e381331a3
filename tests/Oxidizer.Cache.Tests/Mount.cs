using System.Diagnostics;

namespace Oxidizer.Cache.Tests;

// Skipped where no file system can be mounted, with the words of `mount`; the summary of `--target=Test` counts what was skipped.
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (Mount.Refusal is { } refusal)
            Skip = $"no file system can be mounted here: {refusal}";
    }
}

internal sealed class Mount : IDisposable
{
    private readonly string _target;

    public Mount(params string[] arguments)
    {
        _target = arguments[^1];
        Assert.Null(Run("mount", arguments));
    }

    public static string? Refusal { get; } = Try();

    public void Remount(string options) => Assert.Null(Run("mount", "-o", "remount," + options, _target));

    public void Dispose() => Run("umount", "-l", _target);

    private static string? Try()
    {
        using var folder = new TemporaryFolder();
        return Run("mount", "-t", "tmpfs", "tmpfs", folder.Path) ?? Run("umount", folder.Path);
    }

    // Null, or what it said was wrong.
    public static string? Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"{program} ended with {process.ExitCode}: {error.Trim()}";
    }
}
