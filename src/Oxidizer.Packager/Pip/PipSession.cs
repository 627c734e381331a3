using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;

namespace Oxidizer.Packager.Pip;

/// <summary>What the rules of one build share: the interpreter, the lock's place, and the file that keeps what pip said when it
/// failed.</summary>
/// <param name="Distribution">Its interpreter runs pip, and says which wheels fit.</param>
/// <param name="Place">Where the lock is.</param>
/// <param name="LogPath">The file, absolute.</param>
/// <param name="Context">The build.</param>
internal sealed record PipSession(Distribution Distribution, LockPlace Place, string LogPath, BuildContext Context)
{
    private PipProgram? _pip;

    /// <summary>The pip; it is looked for when the first one asks.</summary>
    /// <exception cref="BuildFailedException">There is none.</exception>
    public PipProgram Pip(SourceLocation? location) => _pip ??= FindPip.Find(Distribution, location, Context);

    /// <summary>A command for a rule.</summary>
    /// <exception cref="BuildFailedException">There is no pip, or a variable of the environment is not set.</exception>
    public PipCommand Command(AskedRequirements asked) => new(Pip(asked.Rule.Location), Distribution, asked, Place.Folder, Context);

    /// <summary>Ends the build when a run failed; what pip said is kept beside the product then.</summary>
    public void Require(PipRun run, PipInstallRule rule)
    {
        if (run.Succeeded)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(LogPath)!);
        File.WriteAllLines(LogPath, run.Log.Count > 0 ? run.Log : run.Lines);
        throw PipFailure.Of(run, Words(rule), rule.Location, LogPath);
    }

    /// <summary>A rule in a message.</summary>
    public static string Words(PipInstallRule rule) =>
        (rule.RequirementsPath ?? rule.PylockPath) is { } path
            ? $"`{Path.GetFileName(path)}`"
            : string.Join(", ", rule.Packages.Select(package => $"`{AddressText.WithoutCredentials(package)}`"));
}
