using System.Text.RegularExpressions;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>
/// apt with lists and a cache of its own, in a private folder: it needs no root, changes nothing of the machine's, and does not depend on
/// when the machine's lists were updated. Mirrors and trusted keys are the machine's own.
/// </summary>
internal sealed partial class SourceApt
{
    // Debian's releases after each other: a later CPython is looked for in a later release, but built with this release's compiler and
    // libraries.
    private static readonly string[] s_releases = ["bookworm", "trixie", "forky", "sid"];

    private readonly string _folder;
    private readonly SourceCommand _command;
    private readonly SourceProgress _progress;
    private readonly SourceLocation? _location;
    private readonly IReadOnlyList<(string Uri, string Suite, string Component)> _machine;

    /// <summary>Makes the private folder and asks the machine's apt for its mirrors.</summary>
    /// <exception cref="EnvironmentFailureException">apt has no mirror.</exception>
    public SourceApt(string folder, SourceCommand command, SourceProgress progress, SourceLocation? location)
    {
        (_folder, _command, _progress, _location) = (folder, command, progress, location);
        foreach (var name in new[] { "lists/partial", "none/partial", "cache/archives/partial" })
            Directory.CreateDirectory(Path.Combine(folder, name));
        // With empty lists apt names every index that it would fetch, whether it has it or not.
        var uris = command.Fetch(
            folder,
            BuildProgram.AptGet,
            ["-o", $"Dir::State::Lists={Path.Combine(folder, "none")}", "update", "--print-uris"]
        );
        _machine =
        [
            .. IndexPattern()
                .Matches(uris.Output)
                .Select(match => (match.Groups["uri"].Value, match.Groups["suite"].Value, match.Groups["component"].Value))
                .Distinct(),
        ];
        if (_machine.Count == 0)
            throw Failure("update", "the machine's apt has no mirror of packages; add one to its sources");
    }

    /// <summary>The release of this machine, such as <c>bookworm</c>: the shortest of its suites' names.</summary>
    private string Release =>
        _machine
            .Select(source => source.Suite.Split('-', '/')[0])
            .GroupBy(name => name)
            .OrderByDescending(group => s_releases.Contains(group.Key))
            .ThenByDescending(group => group.Count())
            .First()
            .Key;

    /// <summary>Fetches the lists of this machine's own suites, of packages and of sources.</summary>
    public void Update()
    {
        Write("deb", Own());
        Write("deb-src", Own());
        // By itself apt takes a network that is down for a warning, and goes on with no lists.
        Require("update", Apt(BuildProgram.AptGet, ["update", "-o", "APT::Update::Error-Mode=any"]));
    }

    /// <summary>Finds the versions of a source package, newest first, in this release and, if it has none, in later ones.</summary>
    /// <exception cref="BuildFailedException">No release has it.</exception>
    public IReadOnlyList<DebianVersion> SourceVersions(string package)
    {
        var found = Versions(package);
        foreach (var release in s_releases.Where(release => release != Release))
        {
            if (found.Count > 0)
                break;
            Write(
                "deb-src",
                Own().Select(source => source with { Suite = source.Suite.Replace(Release, release, StringComparison.Ordinal) })
            );
            // A release may lack a suite (`sid` has no security pool), and then apt fails after it has fetched the others.
            Apt(BuildProgram.AptGet, ["update"]);
            found = Versions(package);
        }
        return found.Count > 0
            ? found
            : throw new BuildFailedException(
                DiagnosticKinds.SourceNotUnderstood,
                $"no release of the machine's mirrors has the source package `{package}`; take another (`apt:python3` is this machine's own), or an archive with `url` and `sha256`",
                _location
            );
    }

    /// <summary>The package name of the machine's default Python, such as <c>python3.11</c>.</summary>
    public string DefaultPython()
    {
        var version =
            Fields(Apt(BuildProgram.AptCache, ["show", "--no-all-versions", "python3"]).Output, "Version").FirstOrDefault()
            ?? throw Failure(
                "find the default Python",
                "the machine's mirrors have no package `python3`; name one, such as `apt:python3.13`"
            );
        return $"python{string.Join('.', new DebianVersion(version).Upstream.Split('.').Take(2))}";
    }

    /// <summary>Fetches a source package; false when the server does not have what its list names, or cannot be reached.</summary>
    public bool TryDownloadSource(string package, DebianVersion version, string folder, out string reason)
    {
        Directory.CreateDirectory(folder);
        var result = Apt(BuildProgram.AptGet, ["source", "--download-only", $"{package}={version}"], folder);
        reason = Reason(result);
        return result.ExitCode == 0;
    }

    /// <summary>Fetches packages of this release.</summary>
    public void Download(IReadOnlyList<string> packages, string folder)
    {
        Directory.CreateDirectory(folder);
        Require($"download {string.Join(' ', packages)}", Apt(BuildProgram.AptGet, ["download", .. packages], folder));
    }

    private IReadOnlyList<(string Uri, string Suite, string Component)> Own() =>
        [
            .. _machine.Where(source =>
                source.Suite.Split('-', '/')[0] == Release && !source.Suite.Contains("backports", StringComparison.Ordinal)
            ),
        ];

    private IReadOnlyList<DebianVersion> Versions(string package) =>
        [
            .. Fields(Apt(BuildProgram.AptCache, ["showsrc", "--only-source", package]).Output, "Version")
                .Distinct()
                .Select(text => new DebianVersion(text))
                .OrderDescending(),
        ];

    private void Write(string kind, IEnumerable<(string Uri, string Suite, string Component)> sources) =>
        File.AppendAllLines(
            Path.Combine(_folder, "sources.list"),
            sources
                .GroupBy(source => (source.Uri, source.Suite))
                .Select(group => $"{kind} {group.Key.Uri} {group.Key.Suite} {string.Join(' ', group.Select(source => source.Component))}")
        );

    private CommandResult Apt(BuildProgram program, IReadOnlyList<string> arguments, string? folder = null) =>
        _command.Fetch(
            folder ?? _folder,
            program,
            [
                "-o",
                $"Dir::Etc::sourcelist={Path.Combine(_folder, "sources.list")}",
                "-o",
                "Dir::Etc::sourceparts=-",
                "-o",
                $"Dir::State::Lists={Path.Combine(_folder, "lists")}",
                "-o",
                $"Dir::Cache={Path.Combine(_folder, "cache")}",
                "-o",
                "Acquire::Languages=none",
                "-o",
                "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
                "-o",
                "Acquire::Retries=3",
                "-o",
                "APT::Sandbox::User=root",
                .. arguments,
            ],
            line => Tell(line)
        );

    private void Tell(string line)
    {
        if (line.StartsWith("Get:", StringComparison.Ordinal))
            _progress.Step(line[(line.IndexOf(' ') + 1)..]);
    }

    private void Require(string act, CommandResult result)
    {
        if (result.ExitCode != 0)
            throw Failure(act, Reason(result));
    }

    private static string Reason(CommandResult result) =>
        string.Join(
            "; ",
            result.Error.Split('\n').Where(line => line.StartsWith("E:", StringComparison.Ordinal)).Select(line => line[2..].Trim())
        );

    private static EnvironmentFailureException Failure(string act, string reason) =>
        new(
            DiagnosticKinds.SourceNotFetched,
            "fetch CPython's sources with",
            $"apt-get {act}",
            $"{reason}; check the network and the machine's apt sources, and build again"
        );

    private static IEnumerable<string> Fields(string text, string name) =>
        text.Split('\n')
            .Where(line => line.StartsWith(name + ": ", StringComparison.Ordinal))
            .Select(line => line[(name.Length + 2)..].Trim());

    [GeneratedRegex(
        @"^'(?<uri>\S+?)/dists/(?<suite>\S+)/(?<component>[a-z-]+)/binary-[^/']+/Packages[^/']*'",
        RegexOptions.Multiline | RegexOptions.CultureInvariant
    )]
    private static partial Regex IndexPattern();
}
