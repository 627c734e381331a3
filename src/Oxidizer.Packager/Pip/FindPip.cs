using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Requirements;

namespace Oxidizer.Packager.Pip;

/// <summary>A pip that the distribution's interpreter can run.</summary>
/// <param name="Path">What is given to the interpreter: a folder, or a place within a wheel.</param>
/// <param name="Version">Its version.</param>
/// <param name="Digest">What keys hold of it.</param>
internal sealed record PipProgram(string Path, string Version, Sha256Digest Digest);

/// <summary>Finds a pip: the distribution's own, that which its <c>ensurepip</c> brings, or the machine's wheel. A wheel needs no
/// installation: Python runs it as it is.</summary>
internal static class FindPip
{
    /// <summary>The first pip that can report what it resolved.</summary>
    public const string Oldest = "22.2";

    /// <summary>Where Debian has the wheels that its tools make environments of.</summary>
    public const string MachineFolder = "/usr/share/python-wheels";

    /// <summary>Finds one.</summary>
    /// <param name="distribution">Its interpreter will run it.</param>
    /// <param name="location">The rule that needs it.</param>
    /// <param name="context">The build.</param>
    /// <param name="machine">The machine's folder of wheels.</param>
    /// <exception cref="BuildFailedException">There is none.</exception>
    public static PipProgram Find(
        Distribution distribution,
        SourceLocation? location,
        BuildContext context,
        string machine = MachineFolder
    ) =>
        Installed(distribution)
        ?? Wheels(distribution, machine)
            .Select(path => (Path: path, Name: WheelName.TryParse(System.IO.Path.GetFileName(path))))
            .Where(wheel => wheel.Name is not null && IsNewEnough(wheel.Name.Version))
            .Select(wheel => new PipProgram(wheel.Path + "/pip", wheel.Name!.Version, context.Cache.DigestFile(wheel.Path)))
            .FirstOrDefault()
        ?? throw new BuildFailedException(
            DiagnosticKinds.PipNotFound,
            $"the rule needs pip {Oldest} or newer, and there is none: not in the distribution `{distribution.Name}`, and no `pip-*.whl` in `{machine}`; install it (`apt-get install python3-pip-whl`)",
            location
        );

    private static PipProgram? Installed(Distribution distribution)
    {
        var site = distribution.StandardLibrary + "/site-packages/";
        if (!distribution.Files.TryGetValue(site + "pip/__main__.py", out _))
            return null;
        var metadata = distribution.Files.Keys.FirstOrDefault(path =>
            path.StartsWith(site + "pip-", StringComparison.Ordinal) && path.EndsWith(".dist-info/METADATA", StringComparison.Ordinal)
        );
        var version = metadata?[(site.Length + "pip-".Length)..^".dist-info/METADATA".Length];
        return version is not null && IsNewEnough(version)
            ? new PipProgram(distribution.PathOf(site + "pip"), version, distribution.Files[metadata!].Digest)
            : null;
    }

    private static IEnumerable<string> Wheels(Distribution distribution, string folder)
    {
        var bundled = distribution.StandardLibrary + "/ensurepip/_bundled/";
        var machine = Directory.Exists(folder) ? Directory.GetFiles(folder, "pip-*.whl") : [];
        return distribution
            .Files.Keys.Where(path => path.StartsWith(bundled + "pip-", StringComparison.Ordinal))
            .Select(distribution.PathOf)
            .Concat(machine.Order(StringComparer.Ordinal));
    }

    private static bool IsNewEnough(string version) =>
        PackageVersion.TryParse(version) is { } found && found.CompareTo(PackageVersion.TryParse(Oldest)!) >= 0;
}
