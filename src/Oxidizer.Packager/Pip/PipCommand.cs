using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Pip;

/// <summary>What a run of pip was, with nothing secret in it.</summary>
/// <param name="Act">What it was for, such as <c>resolve rule 2</c>.</param>
/// <param name="Succeeded">Whether it did what it should.</param>
/// <param name="Lines">All that it wrote.</param>
internal sealed record PipRun(string Act, bool Succeeded, IReadOnlyList<string> Lines)
{
    /// <summary>Of one that failed: all that it did, such as which pages of indexes it could not read.</summary>
    public IReadOnlyList<string> Log { get; init; } = [];
}

/// <summary>
/// Runs pip for one rule: in a private folder, with no configuration of the user's, and with an environment that is chosen. Of the user's
/// it sees what leads through the network (proxies, certificates, <c>.netrc</c>), and the variables that the rule's texts name. Addresses
/// with passwords go through the environment, where no list of processes shows them.
/// </summary>
internal sealed class PipCommand
{
    private readonly PipProgram _pip;
    private readonly Distribution _distribution;
    private readonly AskedRequirements _asked;
    private readonly string _folder,
        _home;
    private readonly BuildContext _context;
    private readonly List<string> _secrets = [];
    private readonly Dictionary<string, string?> _variables;

    /// <summary>Prepares it.</summary>
    /// <param name="pip">The pip.</param>
    /// <param name="distribution">Its interpreter runs it.</param>
    /// <param name="asked">The rule.</param>
    /// <param name="folder">Where it runs: the configuration's folder, from which relative paths of requirements start.</param>
    /// <param name="context">The build.</param>
    /// <exception cref="BuildFailedException">A variable of the environment is not set.</exception>
    public PipCommand(PipProgram pip, Distribution distribution, AskedRequirements asked, string folder, BuildContext context)
    {
        (_pip, _distribution, _asked, _folder, _context) = (pip, distribution, asked, folder, context);
        _home = Path.Combine(context.WorkDirectory, "pip");
        foreach (var name in new[] { "home", "cache", "tmp" })
            Directory.CreateDirectory(Path.Combine(_home, name));
        _variables = Variables();
    }

    private PipInstallRule Rule => _asked.Rule;

    /// <summary>A new folder, that is gone when the build ends.</summary>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(_home, Guid.NewGuid().ToString("N"))).FullName;

    /// <summary>Runs it.</summary>
    /// <param name="act">What it is for.</param>
    /// <param name="verb">Its own command, such as <c>download</c>.</param>
    /// <param name="arguments">What follows.</param>
    public PipRun Run(string act, string verb, params IEnumerable<string> arguments)
    {
        var lines = new List<string>();
        void Take(string line)
        {
            line = AddressText.Hide(line, _secrets);
            lock (lines)
                lines.Add(line);
            if (line.Length > 0 && line[0] != ' ')
                _context.Log.Progress("pip", null, line);
        }
        var log = Path.Combine(_home, $"log-{Guid.NewGuid():N}");
        string[] always =
        [
            "-I",
            "-B",
            _pip.Path,
            verb,
            "--no-input",
            "--disable-pip-version-check",
            "--cache-dir",
            Path.Combine(_home, "cache"),
            "--progress-bar",
            "off",
            "--log",
            log,
        ];
        var command = new Command(_distribution.PathOf(_distribution.Executable), [.. always, .. Options(), .. arguments])
        {
            WorkingDirectory = _folder,
            Sees = ChosenEnvironment.Pip with { Names = [.. ChosenEnvironment.Pip.Names, .. _asked.Variables] },
            Environment = _variables,
        };
        var result = ChildProcess.Run(command, _context.Cancellation, Take);
        // pip does not say that an index refused it, but for its log.
        return result.ExitCode == 0 || !File.Exists(log)
            ? new PipRun(act, result.ExitCode == 0, lines)
            : new PipRun(act, false, lines) { Log = [.. File.ReadLines(log).Select(line => AddressText.Hide(line, _secrets))] };
    }

    private IEnumerable<string> Options() =>
        [
            .. Rule.NoIndex ? new[] { "--no-index" } : [],
            .. Rule.RequireHashes ? new[] { "--require-hashes" } : [],
            .. Rule.FindLinks.SelectMany(folder => new[] { "--find-links", folder }),
            .. Rule.ExtraArgs,
        ];

    private Dictionary<string, string?> Variables()
    {
        var unset = new List<string>();
        string Filled(string address)
        {
            var filled = AddressText.Expand(address, unset);
            _secrets.AddRange(AddressText.SecretsOf(filled));
            return filled;
        }
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HOME"] = Path.Combine(_home, "home"),
            ["TMPDIR"] = Path.Combine(_home, "tmp"),
            ["NETRC"] =
                Environment.GetEnvironmentVariable("NETRC") ?? Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".netrc"),
            // No file of settings is read.
            ["PIP_CONFIG_FILE"] = "/dev/null",
            ["PIP_ROOT_USER_ACTION"] = "ignore",
            // The interpreter's folder belongs to the cache.
            ["PYTHONDONTWRITEBYTECODE"] = "1",
        };
        if (Rule.IndexUrl is { } index)
            variables["PIP_INDEX_URL"] = Filled(index);
        if (Rule.ExtraIndexUrls.Count > 0)
            variables["PIP_EXTRA_INDEX_URL"] = string.Join(' ', Rule.ExtraIndexUrls.Select(Filled));
        foreach (var name in _asked.Variables)
            if (Environment.GetEnvironmentVariable(name) is { } value)
                _secrets.AddRange([value, Uri.EscapeDataString(value)]);
            else
                unset.Add(name);
        foreach (var value in ChosenEnvironment.Pip.Take().Values)
            _secrets.AddRange(AddressText.SecretsOf(value));
        const int shortest = 4; // A shorter one is no secret, and would hide half of each line.
        var secrets = _secrets.Where(secret => secret.Length >= shortest).Distinct().OrderByDescending(secret => secret.Length).ToList();
        _secrets.Clear();
        _secrets.AddRange(secrets);
        return unset.Count == 0
            ? variables
            : throw new BuildFailedException([
                .. unset
                    .Distinct()
                    .Select(name => new Diagnostic(
                        DiagnosticKinds.UndefinedVariable,
                        $"the environment variable `{name}` of the rule's requirements or indexes is not set; set it before the build",
                        Rule.Location
                    )),
            ]);
    }
}
