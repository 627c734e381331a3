using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>
/// Packages of Debian with the libraries that they need, unpacked into a private folder: nothing is installed on the machine, and the
/// libraries that a
/// product holds are known to come from here.
/// </summary>
public sealed class DebianPackages : IDisposable
{
    // What a machine has, or what no Python program is started from: its base system, other languages, and interpreters.
    private static readonly string[] s_base = ["libc6", "libpython", "libperl", "libgcc-s1", "libatlas", "libblis", "libopenblas"];
    private static readonly string[] s_wanted =
    [
        "python3-",
        "lib",
        "sphinx-",
        "docutils-",
        "mercurial-",
        "python-",
        "fonts-dejavu-core",
        "fonts-font-awesome",
    ];
    private static readonly string[] s_alternatives = ["blas/libblas.so.3", "lapack/liblapack.so.3"];

    private DebianPackages(string folder) => Folder = folder;

    /// <summary>The root of the unpacked tree.</summary>
    public string Folder { get; }

    /// <summary>Where its Python packages are.</summary>
    public string Site => Path.Combine(Folder, "usr/lib/python3/dist-packages");

    /// <summary>Fetches and unpacks packages with what they depend on, as far as it is a library and not libc's.</summary>
    public static DebianPackages Fetch(params string[] names) => Fetch(["lib"], names);

    /// <summary>The same with the Python packages that they depend on, and with the data of these.</summary>
    public static DebianPackages FetchPrograms(params string[] names) => Fetch(s_wanted, names);

    private static DebianPackages Fetch(string[] wanted, string[] names)
    {
        var packages = new DebianPackages(Directory.CreateTempSubdirectory("oxidizer-debian-").FullName);
        if (!TryDownload(packages.Folder, wanted, names))
        {
            // The machine's lists may be older than its mirror.
            Workspace.Run(new Command("apt-get", ["update", "--quiet"]) { Sees = ChosenEnvironment.Network }, seconds: 900);
            Assert.True(TryDownload(packages.Folder, wanted, names), $"apt-get could not download {string.Join(", ", names)}");
        }
        foreach (var archive in Directory.EnumerateFiles(packages.Folder, "*.deb").ToList())
        {
            Assert.Equal(0, Workspace.Run(new Command("dpkg-deb", ["-x", archive, packages.Folder])).ExitCode);
            packages.Register(archive);
            File.Delete(archive);
        }
        packages.LinkAlternatives();
        return packages;
    }

    // As dpkg does: what the package says, and the list of its files.
    private void Register(string archive)
    {
        var database = Path.Combine(Folder, "var/lib/dpkg");
        Directory.CreateDirectory(Path.Combine(database, "info"));
        var control = Workspace.Run(new Command("dpkg-deb", ["-f", archive])).Output;
        File.AppendAllText(Path.Combine(database, "status"), control.TrimEnd('\n') + "\nStatus: install ok installed\n\n");
        var name = control.Split('\n').First(line => line.StartsWith("Package: ", StringComparison.Ordinal))["Package: ".Length..];
        var contents = Workspace.Run(new Command("sh", ["-c", "dpkg-deb --fsys-tarfile \"$1\" | tar t", "sh", archive])).Output;
        File.WriteAllLines(
            Path.Combine(database, "info", name + ".list"),
            contents.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimStart('.').TrimEnd('/'))
        );
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static bool TryDownload(string folder, string[] wanted, string[] names)
    {
        string[] options =
        [
            "--recurse",
            "--no-recommends",
            "--no-suggests",
            "--no-conflicts",
            "--no-breaks",
            "--no-replaces",
            "--no-enhances",
        ];
        var libraries = Workspace
            .Run(new Command("apt-cache", ["depends", .. options, .. names]) { Sees = ChosenEnvironment.Network })
            .Output.Split('\n')
            .Where(line => !line.Contains(':', StringComparison.Ordinal) && IsOneOf(wanted, line) && !IsOneOf(s_base, line));
        return Workspace
                .Run(
                    new Command("apt-get", ["download", "--quiet", .. names, .. libraries.Distinct()])
                    {
                        Sees = ChosenEnvironment.Network,
                        WorkingDirectory = folder,
                    },
                    seconds: 900
                )
                .ExitCode == 0;
    }

    private static bool IsOneOf(string[] beginnings, string name) =>
        Array.Exists(beginnings, beginning => name.StartsWith(beginning, StringComparison.Ordinal));

    // What the packages' installation scripts do on a machine.
    private void LinkAlternatives()
    {
        var library = Directory.EnumerateDirectories(Path.Combine(Folder, "usr/lib"), "*-linux-gnu").Single();
        foreach (var alternative in s_alternatives.Where(name => File.Exists(Path.Combine(library, name))))
            File.CreateSymbolicLink(Path.Combine(library, Path.GetFileName(alternative)), alternative);
    }
}
