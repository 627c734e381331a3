using Oxidizer.Compatibility;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>A test that mounts a file system; where that is refused it is skipped, with <c>mount</c>'s words.</summary>
public sealed class MountFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> s_refusal = new(() =>
    {
        var result = Workspace.Run(new Command("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/tmp"]));
        return result.ExitCode == 0 ? null : (result.Output + result.Error).Trim();
    });

    public MountFactAttribute() => Skip = s_refusal.Value;
}

/// <summary>The tree of tests/data/packed_files, and products that hold it, each built when it is asked for.</summary>
public sealed class PackedFilesProducts : IDisposable
{
    private readonly Lazy<BuildResult> _executable;
    private readonly Lazy<BuildResult> _static;
    private readonly Lazy<BuildResult> _without;

    public PackedFilesProducts()
    {
        Run(Python, "-I", "-B", Path.Combine(Data, "make_tree.py"), Workspace["tree"]);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Data, "ask"), "*.py"))
            Workspace.Write("ask/" + Path.GetFileName(file), File.ReadAllText(file));
        _executable = new(() => Build("plain", ""));
        _static = new(() => Build("static", "[toolchain]\nstatic = true"));
        _without = new(() => Build("without", "[python_config]\nvirtual_files = false"));
    }

    public Workspace Workspace { get; } = new();

    /// <summary>The interpreter that is in the products.</summary>
    public string Python { get; } = Interpreter();

    public string Executable => _executable.Value.ProductPath;

    public string Static => _static.Value.ProductPath;

    /// <summary>With <c>virtual_files = false</c>.</summary>
    public string Without => _without.Value.ProductPath;

    private static string Data { get; } = Path.Combine(new CompatibilityOptions().Root, "tests", "data", "packed_files");

    private static string Interpreter()
    {
        var distribution = DistributionArchive.Unpacked311();
        return distribution.PathOf(distribution.Executable);
    }

    /// <summary>A configuration that packs <c>ask</c> and the tree, in a folder of its own for the output.</summary>
    public BuildResult Build(string name, string more, string output = "executable")
    {
        Workspace.Write(
            name + ".toml",
            $"""
            {Workspace.Distribution311}
            [build]
            application_name = "app"
            build_path = "{name}"
            output = "{output}"
            [[python_packages]]
            type = "stdlib"
            [[python_packages]]
            type = "package-root"
            path = "."
            packages = ["ask", "tree"]
            [python_run]
            mode = "eval"
            code = "import sys; exec(sys.argv[2]) if sys.argv[1] == '-c' else __import__('ask.__main__').__main__.main(*sys.argv[1:])"
            {more}
            """
        );
        return Workspace.BuildInto(Workspace["out-" + name], name + ".toml");
    }

    /// <summary>What <c>ask</c> says of the tree in a product that stands, alone with the files beside it, in a folder that is mounted for
    /// reading.</summary>
    public string AskProduct(string product, params string[] parts)
    {
        var (place, scratch) = Places();
        File.Copy(product, Path.Combine(place, "app"));
        var script =
            "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && cd \"$2\" && root=$1 && shift && exec \"$root/app\" \"$root/app\" \"$@\"";
        return Run("unshare", ["-m", "sh", "-c", script, "sh", place, scratch, .. parts]);
    }

    /// <summary>What it says under <c>python3</c>, of a copy of the tree in a file system that is mounted for reading.</summary>
    public string AskPython(params string[] parts)
    {
        var (place, scratch) = Places();
        var script = """
            copy=$(mktemp -d) && cp -a "$1"/. "$copy" && mkdir "$copy/app" && cp -a "$3" "$copy/app/tree" && mount -t tmpfs none "$1" && cp -a "$copy"/. "$1" &&
            rm -rf "$copy" && mount -o remount,ro "$1" && cd "$2" && root=$1 scratch=$2 && shift 4 &&
            exec env PYTHONPATH="$ROOT" "$PYTHON" -s -B -m ask "$root/app" "$scratch" "$@"
            """;
        return Run(
            "env",
            [
                "ROOT=" + Workspace.Folder,
                "PYTHON=" + Python,
                "unshare",
                "-m",
                "sh",
                "-c",
                script,
                "sh",
                place,
                scratch,
                Workspace["tree"],
                "-",
                .. parts,
            ]
        );
    }

    /// <summary>Lines that are not the same, at most thirty.</summary>
    public static string Differences(string expected, string actual)
    {
        var (left, right) = (expected.Split('\n'), actual.Split('\n'));
        var pairs = left.Zip(right).Where(pair => pair.First != pair.Second).Select(pair => $"- {Cut(pair.First)}\n+ {Cut(pair.Second)}");
        return string.Join('\n', pairs.Take(30)) + (left.Length == right.Length ? "" : $"\n{left.Length} and {right.Length} lines");

        static string Cut(string line) => line.Length < 400 ? line : line[..200] + "..." + line[^200..];
    }

    public string Run(string program, params string[] arguments)
    {
        var environment = new Dictionary<string, string?> { ["PATH"] = "/usr/bin:/bin:/usr/sbin:/sbin" };
        var result = Workspace.Run(
            new Command(program, arguments)
            {
                ClearEnvironment = true,
                Environment = environment,
                WorkingDirectory = Workspace.EmptyFolder(),
            }
        );
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        return result.Output;
    }

    public void Dispose() => Workspace.Dispose();

    /// <summary>The same two paths for everybody who asks, so that the answers can be compared.</summary>
    private (string Place, string Scratch) Places()
    {
        var (place, scratch) = (Workspace["place"], Workspace["scratch"]);
        foreach (var folder in new[] { place, scratch })
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(folder);
        }
        Workspace.Write("place/beside.txt", "beside\n").Write("place/beside-folder/inner.txt", "inner\n");
        return (place, scratch);
    }
}
