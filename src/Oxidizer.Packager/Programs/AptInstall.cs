using Oxidizer.Packager.Context;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Programs;

/// <summary>Installs Debian packages with apt, without questions.</summary>
internal static class AptInstall
{
    // Another apt (an automatic upgrade, another build) may hold the lock for a while; apt waits for it.
    private static readonly string[] s_options = ["-y", "-q", "-o", "DPkg::Lock::Timeout=300"];

    /// <summary>Installs what is not there yet.</summary>
    /// <returns>apt's message if it failed; else <c>null</c>.</returns>
    public static string? Run(IReadOnlyList<string> packages, Machine machine, IBuildLog log, CancellationToken cancellation)
    {
        var updated = false;
        if (!HasLists(machine))
        {
            log.Information("no package lists are on this machine: apt-get update");
            updated = true;
            if (Apt(["update"], machine, log, cancellation) is { } updateError)
                return updateError;
        }
        log.Information($"apt-get install {string.Join(' ', packages)}");
        var error = Apt(["install", "--no-install-recommends", .. packages], machine, log, cancellation);
        if (error is null || updated)
            return error;

        // Old lists name versions that the mirror does not have any more.
        log.Information("apt-get could not install that with the lists of this machine: apt-get update, and again");
        return Apt(["update"], machine, log, cancellation)
            ?? Apt(["install", "--no-install-recommends", .. packages], machine, log, cancellation);
    }

    private static string? Apt(string[] arguments, Machine machine, IBuildLog log, CancellationToken cancellation)
    {
        var command = new Command(machine.Find("apt-get")!, [arguments[0], .. s_options, .. arguments[1..]])
        {
            Sees = ChosenEnvironment.Network,
            // Its errors are shown as they are: in English, so that they can be searched for.
            Environment = new Dictionary<string, string?> { ["DEBIAN_FRONTEND"] = "noninteractive", ["LC_ALL"] = "C.UTF-8" },
        };
        var result = ChildProcess.Run(command, cancellation, line => log.Progress($"apt-get {arguments[0]}", null, line));
        return result.ExitCode == 0 ? null : Shorten(result.Error.Length > 0 ? result.Error : result.Output);
    }

    private static bool HasLists(Machine machine)
    {
        var folder = Path.Combine(machine.Root, "var/lib/apt/lists");
        return Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*_Packages*").Any();
    }

    // The reason stands at the end; what was downloaded stands before it.
    private static string Shorten(string words)
    {
        var lines = words.TrimEnd().Split('\n');
        var errors = Array.FindAll(lines, line => line.StartsWith("E:", StringComparison.Ordinal));
        return string.Join('\n', errors.Length > 0 ? errors : lines[^Math.Min(10, lines.Length)..]);
    }
}
